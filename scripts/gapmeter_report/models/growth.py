"""How lines grow and where they cross, from growth.csv: what the charts over n say of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from gapmeter_report.models.numbers import format_near
from gapmeter_report.models.series import Series, series_label


class Crossing(NamedTuple):
    """A place on a line where what is faster changes; `name` tells its n."""

    n: float
    value: float
    name: str


def with_growth(series: Iterable[Series], growth: pd.DataFrame, quantity: str) -> list[Series]:
    """The series, each with the exponent of its growth over all its sizes, where that is known."""
    rows = growth[
        (growth["quantity"] == quantity) & (growth["regime"] == "all") & growth["exponent"].notna()
    ]
    known = {(row.variant, row.threads): row for row in rows.itertuples()}
    return [
        replace(s, growth=_power(row.exponent), growth_interval=_half_width(row))
        if (row := known.get((s.variant, s.threads))) else s
        for s in series
    ]


def crossovers(growth: pd.DataFrame) -> pd.DataFrame:
    """The rows of growth.csv that tell of crossovers, by rising n."""
    rows = growth[growth["quantity"] == "crossover"].fillna({"against": "", "faster_beyond": ""})
    return rows.sort_values("crossover_n", kind="stable")


def crossings_of(
    series: Iterable[Series], growth: pd.DataFrame, parity: float | None = None
) -> tuple[Crossing, ...]:
    """Where a line crosses that of the fastest native variant, or of the kernel's baseline.

    `parity` is the value of all native lines, where these are no lines of their own.
    """
    lines = {(s.variant, s.threads): s for s in series}
    found = []
    for row in crossovers(growth).itertuples():
        line = lines.get((row.variant, row.threads))
        if line is not None and line.n[0] <= row.crossover_n <= line.n[-1]:
            # Against the baseline, or where it names no variant against the fastest native one.
            level = None if "/" in row.against else parity
            value = _value_at(line, row.crossover_n) if level is None else level
            found.append(Crossing(row.crossover_n, value, format_near(row.crossover_n)))
    return tuple(found)


def crossing_phrases(growth: pd.DataFrame) -> list[str]:
    """Each crossover in words."""
    phrases = []
    for row in crossovers(growth).itertuples():
        label = series_label(row.variant, row.threads)
        first, second = (label, row.against) if row.faster_beyond == row.variant else (
            row.against, label)
        phrases.append(f"{first} overtakes {second} at n ≈ {format_near(row.crossover_n)}")
    return phrases


def _power(exponent: float) -> str:
    # Adding 0 takes the sign from a -0.00.
    return f"~ n^{round(exponent, 2) + 0.0:.2f}"


def _half_width(row: Any) -> str:
    """Of the exponent's interval; what is less than the last digit is not called nothing."""
    half = (row.exponent_ci_high - row.exponent_ci_low) / 2
    return f"±{max(half, 0.01):.2f}" if np.isfinite(half) else ""


def _value_at(line: Series, n: float) -> float:
    """A line's value between two sizes, both axes being logarithmic."""
    sizes = np.log(np.maximum(line.n, 0.5))
    return float(np.exp(np.interp(np.log(max(n, 0.5)), sizes, np.log(line.value))))
