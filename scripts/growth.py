"""How lines grow and where they cross, from growth.csv: what the charts over n say of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import numpy as np
import pandas as pd

import style
from panels import Ring
from series import Series

NATIVE = "fastest native"


def with_growth(series: Iterable[Series], growth: pd.DataFrame, quantity: str) -> list[Series]:
    """The series, each with the exponent of its growth over all its sizes, where that is known."""
    rows = growth[
        (growth["quantity"] == quantity) & (growth["regime"] == "all") & growth["exponent"].notna()
    ]
    exponents = {(row.variant, row.threads): row.exponent for row in rows.itertuples()}
    return [
        replace(s, growth=f"~ n^{exponents[s.variant, s.threads]:.2f}")
        if (s.variant, s.threads) in exponents else s
        for s in series
    ]


def crossovers(growth: pd.DataFrame) -> pd.DataFrame:
    """The rows that tell of crossovers, by rising n."""
    return growth[growth["quantity"] == "crossover"].sort_values("crossover_n", kind="stable")


def crossing_rings(gaps: Iterable[Series], growth: pd.DataFrame) -> tuple[Ring, ...]:
    """Where a gap passes 1, and where a line of gaps crosses that of the kernel's baseline."""
    lines = {(s.variant, s.threads): s for s in gaps}
    rings = []
    for row in crossovers(growth).itertuples():
        line = lines.get((row.variant, row.threads))
        if line is not None and line.n[0] <= row.crossover_n <= line.n[-1]:
            value = 1.0 if row.against == NATIVE else _value_at(line, row.crossover_n)
            rings.append(Ring(row.crossover_n, value, style.format_near(row.crossover_n)))
    return tuple(rings)


def crossing_phrases(growth: pd.DataFrame) -> list[str]:
    """Each crossover in words."""
    phrases = []
    for row in crossovers(growth).itertuples():
        label = style.series_label(row.variant, row.threads)
        first, second = (label, row.against) if row.faster_beyond == row.variant else (
            row.against, label)
        phrases.append(f"{first} overtakes {second} at n ≈ {style.format_near(row.crossover_n)}")
    return phrases


def _value_at(line: Series, n: float) -> float:
    """A line's value between two sizes, both axes being logarithmic."""
    sizes = np.log(np.maximum(line.n, 0.5))
    return float(np.exp(np.interp(np.log(max(n, 0.5)), sizes, np.log(line.value))))
