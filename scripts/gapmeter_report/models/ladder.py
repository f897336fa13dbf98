"""The ladder of a kernel: what every change of representation or language buys by itself.

Each row is a variant at one n, with the time that it takes for an item and by what factor it
differs from the row above. A kernel that declares rungs has them in its order: the steps between
them split its gap into parts, and a rung of another job than the main one names it. Any other has
its variants from the slowest to the fastest, job by job.
"""

from __future__ import annotations

from typing import NamedTuple

import pandas as pd

from gapmeter_report.loading.run_json import Kernel, Rung
from gapmeter_report.models.numbers import format_ratio, format_size
from gapmeter_report.models.series import series_label
from gapmeter_report.models.work import items_per_call, of_job


class Ladder(NamedTuple):
    """The rows from the top and what they are called; the rungs that are declared and not there."""

    steps: pd.DataFrame
    names: list[str]
    declared: bool = False
    missing: tuple[str, ...] = ()

    @property
    def n(self) -> str:
        """The size at which it stands."""
        return format_size(self.steps["n"].iloc[0])

    @property
    def total(self) -> float:
        """How many times as long the first row takes as the last: what the steps multiply to."""
        return float(self.steps["value"].iloc[0] / self.steps["value"].iloc[-1])


def ladder_of(rows: pd.DataFrame, kernel: Kernel) -> Ladder | None:
    """The declared rungs that have a result, or else every variant; None of fewer than two."""
    measured = rows[rows["status"] == "ok"]
    return _declared(measured, kernel) or _sorted(measured)


def factor_text(faster: float) -> str:
    """By what a time is divided, or multiplied where it grows."""
    sign, factor = ("÷", faster) if faster >= 1 else ("×", 1 / faster)
    return f"{sign} {format_ratio(factor).rstrip('×')}"


def _declared(measured: pd.DataFrame, kernel: Kernel) -> Ladder | None:
    """The declared rungs that have a result, in their order; of one thread, as the gap is."""
    places = {rung.variant: place for place, rung in enumerate(kernel.ladder)}
    own = measured[(measured["threads"] == 1) & measured["variant"].isin(places)]
    steps = _at_one_n(own).sort_values("variant", key=lambda variants: variants.map(places))
    if len(steps) < 2:
        return None
    jobs = dict(zip(steps["variant"], steps["job"]))
    return Ladder(
        steps=_with_steps(steps),
        names=[of_job(_rung_name(rung), jobs[rung.variant])
               for rung in kernel.ladder if rung.variant in jobs],
        declared=True,
        missing=tuple(_rung_name(rung) for rung in kernel.ladder if rung.variant not in jobs),
    )


def _sorted(measured: pd.DataFrame) -> Ladder | None:
    """Every variant from the slowest to the fastest of its job, with the fewest threads that there
    are: between different numbers of threads, or jobs, a step would tell of both."""
    fewest = measured[measured["threads"] == measured["threads"].min()]
    order = {"by": ["job", "value"], "ascending": [True, False], "kind": "stable"}
    steps = _with_steps(_at_one_n(fewest).sort_values(**order))
    if len(steps) < 2:
        return None
    names = [series_label(row.variant, row.threads, row.job) for row in steps.itertuples()]
    same_job = steps["job"] == steps["job"].shift()
    return Ladder(steps.assign(step=steps["step"].where(same_job)), names)


def _rung_name(rung: Rung) -> str:
    return f"{rung.name} · {rung.variant}"


def _at_one_n(measured: pd.DataFrame) -> pd.DataFrame:
    """The series at the largest n that most of them have, with their time per item; per call if any
    does a job that counts none."""
    reached = measured.groupby("n").size()
    rows = measured[measured["n"] == reached[reached == reached.max()].index.max()]
    items = items_per_call(rows)
    divisor = items if (items > 0).all() else 1.0
    return rows.assign(
        value=rows["latency_ns"] / divisor,
        low=rows["latency_ci_low_ns"] / divisor,
        high=rows["latency_ci_high_ns"] / divisor,
    )


def _with_steps(rows: pd.DataFrame) -> pd.DataFrame:
    """Rows in their final order, each with how many times faster it is than the one above."""
    return rows.assign(step=rows["value"].shift(1) / rows["value"])
