"""How lines grow and where they cross, from growth.csv: what the charts over n say of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from gapmeter_report.models.numbers import format_size
from gapmeter_report.models.series import Series, series_label

# Exponents over all sizes, or over as many of the largest as one line fits.
_LINES = ("all", "straight")


@dataclass(frozen=True)
class Crossing:
    """Two sizes between which a variant overtakes another, or is overtaken, and that in words."""

    series: Series
    n_from: int
    n_to: int
    said: str


def with_growth(series: Iterable[Series], growth: pd.DataFrame, quantity: str) -> list[Series]:
    """The series, each with the exponent of its growth, where a line fits it.

    Where it does not fit all sizes, the label says from which on. Files of earlier versions do not
    tell how well a line fits; of these none is said.
    """
    rows = growth[
        (growth["quantity"] == quantity) & growth["regime"].isin(_LINES)
        & growth["exponent"].notna() & growth["deviation"].notna()
    ]
    known = {(row.variant, row.threads): row for row in rows.itertuples()}
    return [
        replace(s, growth=_power(row), growth_interval=_half_width(row), growth_range=_range(row))
        if (row := known.get((s.variant, s.threads))) else s
        for s in series
    ]


def crossovers(growth: pd.DataFrame) -> pd.DataFrame:
    """The rows of growth.csv that tell of crossovers, by rising n."""
    rows = growth[growth["quantity"] == "crossover"].fillna({"against": "", "faster_beyond": ""})
    return rows.sort_values(["n_from", "n_to"], kind="stable")


def crossings_of(series: Iterable[Series], growth: pd.DataFrame) -> tuple[Crossing, ...]:
    """Where a line crosses that of what gaps are over, or of the kernel's baseline."""
    lines = {(s.variant, s.threads): s for s in series}
    return tuple(
        Crossing(line, row.n_from, row.n_to, _said(row))
        for row in crossovers(growth).itertuples()
        if (line := lines.get((row.variant, row.threads))) is not None
    )


def crossing_phrases(growth: pd.DataFrame) -> list[str]:
    """Each crossover in words."""
    phrases = []
    for row in crossovers(growth).itertuples():
        label = series_label(row.variant, row.threads)
        first, second = (label, row.against) if row.faster_beyond == row.variant else (
            row.against, label)
        phrases.append(f"{first} overtakes {second} at n {between(row)}")
    return phrases


def between(crossover: Any) -> str:
    """The sizes between which it certainly is; where in between nothing was measured."""
    return f"between {format_size(crossover.n_from)} and {format_size(crossover.n_to)}"


def _said(crossover: Any) -> str:
    """Without lanes: the chart shows them, and has little room."""
    itself, other = (
        series_label(name.rpartition("/")[2], crossover.threads if "/" in name else 1)
        for name in (crossover.variant, crossover.against)
    )
    if crossover.faster_beyond == crossover.variant:
        return f"{itself} overtakes {other}"
    return f"{other or 'another'} overtakes {itself}"


def _power(row: Any) -> str:
    # Adding 0 takes the sign from a -0.00.
    return f"~ n^{round(row.exponent, 2) + 0.0:.2f}"


def _range(row: Any) -> str:
    """From where on it grows so, if not over all sizes."""
    return f"from {format_size(row.n_from)}" if row.regime == "straight" else ""


def _half_width(row: Any) -> str:
    """Of the exponent's interval; what is less than the last digit is not called nothing."""
    half = (row.exponent_ci_high - row.exponent_ci_low) / 2
    return f"±{max(half, 0.01):.2f}" if np.isfinite(half) else ""
