"""The subjects of charts: the kernels of a run, with what their charts need beside the rows."""

from __future__ import annotations

from dataclasses import dataclass, field

import pandas as pd

from gapmeter_report.loading.run import Run
from gapmeter_report.loading.run_json import Cache, Environment, Kernel
from gapmeter_report.models.looks import Looks


@dataclass(frozen=True)
class Subject:
    """What the charts of a kernel need beside its rows."""

    kernel: Kernel
    looks: Looks
    quantiles: pd.DataFrame
    growth: pd.DataFrame
    costs: pd.DataFrame
    caches: tuple[Cache, ...] = ()
    limits: dict[str, float] = field(default_factory=dict)
    footer: str = ""
    denominator: str = "fastest compiled"  # what gaps are over


def subjects_of(run: Run) -> list[Subject]:
    """The kernels of a run, in its order, with the looks that all their charts share."""
    summary = run.summary
    variants = [run.rows(name)["variant"].unique() for name in run.kernels]
    # Baselines first: in most charts the same colour then means "what people write first".
    favoured = [k.baseline for k in run.kernels.values() if k.baseline is not None]
    looks = Looks(variants, favoured, summary["threads"].unique())
    return [
        Subject(
            kernel=kernel,
            looks=looks,
            quantiles=run.quantiles[run.quantiles["kernel"] == name],
            growth=run.growth[run.growth["kernel"] == name],
            costs=run.servers[run.servers["kernel"] == name],
            caches=run.environment.caches,
            limits=run.environment.limits,
            footer=footer_text(run.environment),
            denominator=run.denominator,
        )
        for name, kernel in run.kernels.items()
    ]


def sized_subjects(run: Run) -> list[Subject]:
    """Those whose n is a size. That of servers is a rate, so that nothing over sizes has them."""
    return [subject for subject in subjects_of(run) if subject.kernel.service is None]


def subject_of(run: Run, kernel: str) -> Subject:
    """One kernel of a run, which has to be one of its `kernels`."""
    return next(subject for subject in subjects_of(run) if subject.kernel.name == kernel)


def footer_text(environment: Environment) -> str:
    """Where the numbers come from, so that a chart can be published by itself."""
    python = environment.python_version
    return " · ".join([
        environment.cpu or "CPU not recorded",
        f"Python {python}" if python else "Python version not recorded",
        environment.started[:10] if environment.started else "date not recorded",
        "gapmeter",
    ])
