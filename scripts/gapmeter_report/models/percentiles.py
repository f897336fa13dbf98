"""Percentiles of calls timed one by one, by how rare a call is that takes longer."""

from __future__ import annotations

import numpy as np
import pandas as pd

from gapmeter_report.models.looks import Looks
from gapmeter_report.models.numbers import format_time, round_rate
from gapmeter_report.models.series import Series, series_label


# One call of ten.
_LEAST_RARITY = 10


def tails_of(quantiles: pd.DataFrame) -> pd.DataFrame:
    """From the median on, with how rare each quantile is.

    Without the longest call: of more calls it is longer, whatever the variant. And without cells of
    so few calls that they say nothing of slow ones: no more than the median could be compared.
    """
    tails = quantiles[(quantiles["quantile"] >= 0.5) & (quantiles["quantile"] < 1)]
    tails = tails.assign(rarity=(1 / (1 - tails["quantile"])).round(6))
    rarest = tails.groupby(["variant", "threads", "n"])["rarity"].transform("max")
    return tails[rarest >= _LEAST_RARITY]


def shown_sizes(tails: pd.DataFrame) -> list[int]:
    """The largest n whose 99th percentile is known, and before it n = 1; none if none is."""
    known = tails.loc[tails["rarity"] >= 100, "n"]
    if known.empty:
        return []
    return [1, known.max()] if (known == 1).any() and known.max() > 1 else [known.max()]


def common_rarity(tails: pd.DataFrame) -> float | None:
    """The rarest quantile that is known of every variant and number of threads."""
    lines = tails.groupby(["variant", "threads"]).ngroups
    known = tails.groupby("rarity").size()
    return max(known[known == lines].index, default=None)


def percentile_name(rarity: float) -> str:
    """p99.9: the percentile that one call of so many is beyond."""
    return f"p{100 - 100 / rarity:.6g}"


def tail_series(tails: pd.DataFrame, looks: Looks) -> list[Series]:
    """A line for each variant and number of threads at one size; its n is how rare a call is.

    Its note tells the percentile that all lines have, and of how many calls it is.
    """
    common = common_rarity(tails)
    return [
        _series(part.sort_values("rarity"), looks, common)
        for _, part in tails.groupby(["variant", "threads"], sort=False)
    ]


def without_tail(rows: pd.DataFrame, drawn: list[Series]) -> list[str]:
    """What was measured, but with too few single calls for any of these lines."""
    known = {series.label for series in drawn}
    measured = rows[rows["status"] == "ok"]
    labels = [series_label(row.variant, row.threads) for row in measured.itertuples()]
    return [label for label in labels if label not in known]


def _note(part: pd.DataFrame, common: float | None) -> str:
    """12.3 µs of 159 k."""
    calls = f"of {round_rate(part['calls'].iloc[0])}"
    if common is None:
        return calls
    return f"{format_time(part.loc[part['rarity'] == common, 'latency_ns'].iloc[0])} {calls}"


def _series(part: pd.DataFrame, looks: Looks, common: float | None) -> Series:
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
        note=_note(part, common),
    )
