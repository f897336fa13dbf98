"""Percentiles of calls timed one by one, by how rare a call is that takes longer."""

from __future__ import annotations

import numpy as np
import pandas as pd

from gapmeter_report.models.looks import Looks
from gapmeter_report.models.numbers import format_time
from gapmeter_report.models.series import Series, series_label


def tails_of(quantiles: pd.DataFrame) -> pd.DataFrame:
    """From the median on, with how rare each quantile is; the longest call is one of all."""
    rarity = 1 / (1 - quantiles["quantile"].where(quantiles["quantile"] < 1))
    tails = quantiles.assign(rarity=rarity.round(6).fillna(quantiles["calls"]))
    return tails[(tails["quantile"] >= 0.5) & (tails["rarity"] >= 2)]


def shown_sizes(tails: pd.DataFrame) -> list[int]:
    """The largest n whose 99th percentile is known, and before it n = 1; none if none is."""
    known = tails.loc[(tails["rarity"] >= 100) & (tails["quantile"] < 1), "n"]
    if known.empty:
        return []
    return [1, known.max()] if (known == 1).any() and known.max() > 1 else [known.max()]


def tail_series(tails: pd.DataFrame, looks: Looks) -> list[Series]:
    """A line for each variant and number of threads; its n is how rare a call is."""
    return [
        _series(part.sort_values("rarity"), looks)
        for _, part in tails.groupby(["variant", "threads"], sort=False)
    ]


def without_tail(rows: pd.DataFrame, drawn: list[Series]) -> list[str]:
    """What was measured, but with too few single calls for any of these lines."""
    known = {series.label for series in drawn}
    measured = rows[rows["status"] == "ok"]
    labels = [series_label(row.variant, row.threads) for row in measured.itertuples()]
    return [label for label in labels if label not in known]


def _series(part: pd.DataFrame, looks: Looks) -> Series:
    variant, threads = part["variant"].iloc[0], part["threads"].iloc[0]
    nothing = np.full(len(part), np.nan)
    return Series(
        variant=variant,
        threads=threads,
        label=series_label(variant, threads),
        look=looks.of(variant, threads),
        n=part["rarity"].to_numpy(),
        value=part["latency_ns"].to_numpy(),
        low=nothing,
        high=nothing,
        absent=np.array([]),
        note=format_time(part["latency_ns"].iloc[-1]),
    )
