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


def beyond_caches(rows: pd.DataFrame, caches: Iterable[Cache]) -> float | None:
    """The n from which on no cache holds the working set; None if it is not reached or known."""
    known = rows[(rows["working_set_bytes"] > 0) & (rows["n"] > 0)]
    largest = max((cache.size_bytes for cache in caches), default=None)
    if largest is None or not (known["working_set_bytes"] > largest).any():
        return None
    last = [cache for cache in caches if cache.size_bytes == largest]
    marks = cache_marks(rows, last)
    return marks[0][1] if marks else float(known["n"].min())


def marks_note(marks: list[Mark]) -> list[str]:
    """What the marks mean, if there are any."""
    names = ", ".join(name for name, _ in marks)
    return [f"{names}: from here on the working set is larger than that cache"] if names else []
