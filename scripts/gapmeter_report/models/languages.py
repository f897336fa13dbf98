"""Compiled languages against each other, from lanes.csv: a line for each pair of variants."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

from gapmeter_report.loading.lanes import lane_named
from gapmeter_report.models.numbers import format_ratio, format_size


@dataclass(frozen=True)
class LanguagePair:
    """What a variant takes over one of another lane, at each size, ascending."""

    kernel: str
    job: str
    variant: str  # at the largest size; where the fastest are paired, others may be at smaller ones
    reference: str
    is_fastest: bool
    threads: int
    sizes: tuple[str, ...]
    ratios: tuple[str, ...]
    interval: str  # at the largest size
    side: str  # of the whole interval: "faster", "slower", or "" if it contains 1


def pairs_of(lanes: pd.DataFrame) -> list[LanguagePair]:
    """The pairs of a run, kernel by kernel in the order of the table."""
    is_fastest = lanes["pairing"] == "fastest"
    name = lanes["variant"].where(~is_fastest, "")
    keys = [lanes["kernel"], lanes["job"], lanes["lane"], lanes["threads"], name]
    return [
        _pair(list(rows.sort_values("n").itertuples()))
        for _, rows in lanes.groupby(keys, sort=False, dropna=False)
    ]


def languages_of(pairs: list[LanguagePair]) -> str:
    """"Rust over native": which lanes are compared, as readers know them."""
    over = [(_label(pair.variant), _label(pair.reference)) for pair in pairs]
    return ", ".join(f"{one} over {other}" for one, other in dict.fromkeys(over))


def _label(variant: str) -> str:
    return lane_named(variant.partition("/")[0]).label


def _pair(rows: list[Any]) -> LanguagePair:
    last = rows[-1]
    has_interval = not pd.isna(last.ratio_ci_low)
    side = ""
    if has_interval and last.ratio_ci_high < 1:
        side = "faster"
    if has_interval and last.ratio_ci_low > 1:
        side = "slower"
    low, high = format_ratio(last.ratio_ci_low), format_ratio(last.ratio_ci_high)
    return LanguagePair(
        kernel=last.kernel,
        job=last.job,
        variant=last.variant,
        reference=last.reference,
        is_fastest=last.pairing == "fastest",
        threads=last.threads,
        sizes=tuple(format_size(row.n) for row in rows),
        ratios=tuple(format_ratio(row.ratio) for row in rows),
        interval=f"{low} to {high}" if has_interval else "",
        side=side,
    )
