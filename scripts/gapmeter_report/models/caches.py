"""The marks of the caches on the axis of n: from where on the working set is larger than each."""

from __future__ import annotations

import math
from collections.abc import Iterable

import pandas as pd

from gapmeter_report.loading.run_json import Cache

Mark = tuple[str, float]


def cache_marks(rows: pd.DataFrame, caches: Iterable[Cache]) -> list[Mark]:
    """The n at which the working set outgrows each cache, for those within the measured sizes."""
    known = rows[(rows["working_set_bytes"] > 0) & (rows["n"] > 0)]
    sizes = known.groupby("n")["working_set_bytes"].median()
    marks = []
    for cache in caches:
        for (n, fits), (larger, exceeds) in zip(sizes.items(), list(sizes.items())[1:]):
            if fits <= cache.size_bytes < exceeds:
                share = math.log(cache.size_bytes / fits) / math.log(exceeds / fits)
                marks.append((f"L{cache.level}", n * (larger / n) ** share))
                break
    return marks


def marks_note(marks: list[Mark]) -> list[str]:
    """What the marks mean, if there are any."""
    names = ", ".join(name for name, _ in marks)
    return [f"{names}: from here on the working set is larger than that cache"] if names else []
