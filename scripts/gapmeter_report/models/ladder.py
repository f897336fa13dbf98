"""The ladder of a kernel: what every change of representation or language buys by itself.

Each row is a variant at one n, with the time that it takes for an item and by what factor it
differs from the row above. A kernel that declares rungs has them in its order: the steps between
them split its gap into parts. Any other has its variants from the slowest to the fastest.
"""

from __future__ import annotations

from typing import NamedTuple

import pandas as pd

from gapmeter_report.loading.run_json import Kernel, Rung
from gapmeter_report.models.numbers import format_ratio, format_size
from gapmeter_report.models.series import series_label


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
    reached = set(steps["variant"])
    return Ladder(
        steps=_with_steps(steps),
        names=[_rung_name(rung) for rung in kernel.ladder if rung.variant in reached],
        declared=True,
        missing=tuple(_rung_name(rung) for rung in kernel.ladder if rung.variant not in reached),
    )


def _sorted(measured: pd.DataFrame) -> Ladder | None:
    """Every variant from the slowest to the fastest, with the fewest threads that there are:
    between different numbers of threads a step would tell of both."""
    fewest = measured[measured["threads"] == measured["threads"].min()]
    steps = _at_one_n(fewest).sort_values("value", ascending=False, kind="stable")
    if len(steps) < 2:
        return None
    names = [series_label(row.variant, row.threads) for row in steps.itertuples()]
    return Ladder(_with_steps(steps), names)


def _rung_name(rung: Rung) -> str:
    return f"{rung.name} · {rung.variant}"


def _at_one_n(measured: pd.DataFrame) -> pd.DataFrame:
    """The series at the largest n that most of them have, with their time per item."""
    reached = measured.groupby("n").size()
    rows = measured[measured["n"] == reached[reached == reached.max()].index.max()]
    # Each row tells how many items a call has; they differ by rounding only.
    items = (rows["items_per_s"] * rows["latency_ns"] * 1e-9).dropna()
    divisor = items.median() if (items > 0).any() else 1.0
    return rows.assign(
        value=rows["latency_ns"] / divisor,
        low=rows["latency_ci_low_ns"] / divisor,
        high=rows["latency_ci_high_ns"] / divisor,
    )


def _with_steps(rows: pd.DataFrame) -> pd.DataFrame:
    """Rows in their final order, each with how many times faster it is than the one above."""
    return rows.assign(step=rows["value"].shift(1) / rows["value"])
