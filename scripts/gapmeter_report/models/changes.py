"""Which changes between two builds or runs to show, and what they are called."""

from __future__ import annotations

import math
from collections import Counter

from gapmeter_report.loading.comparison import FAILED, Change
from gapmeter_report.models.numbers import format_size
from gapmeter_report.models.series import series_label

# More would be metres high.
_MOST_ROWS = 60


def name_of(change: Change) -> str:
    """Its kernel, variant and size."""
    label = series_label(change.variant, change.threads)
    return f"{change.kernel} {label} n = {format_size(change.n)}"


def shown(changes: list[Change]) -> list[Change]:
    """All, or of very many those that tell most, in their order: what failed, then what changed
    most, then what is least certain."""
    order = sorted(range(len(changes)), key=lambda place: _telling(changes[place]), reverse=True)
    return [changes[place] for place in sorted(order[:_MOST_ROWS])]


def _telling(change: Change) -> tuple[int, float]:
    """The larger, the more there is to tell of a change."""
    if math.isnan(change.ratio):
        return (3 if change.verdict == FAILED else 0), 0.0
    if change.verdict in ("slower", "faster"):
        return 2, abs(math.log(change.ratio))
    # A ratio without an interval may be anything.
    width = math.log(change.high / change.low)
    return 1, math.inf if math.isnan(width) else width


def left_out(changes: list[Change], drawn: list[Change]) -> str:
    """How many of each verdict are not drawn, as the end of a sentence; empty if all are."""
    left = Counter(change.verdict for change in changes) - Counter(c.verdict for c in drawn)
    listed = ", ".join(f"{count} {verdict}" for verdict, count in left.items())
    return f"; left out: {listed}" if listed else ""
