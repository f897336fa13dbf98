"""The look of every variant of a run, from its lane's (loading/lanes.py): colour, line, marker.

A chart may be printed in grey, so that the lane of a variant is never told by colour alone: lanes
differ in their lines and in whether their markers are filled.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from gapmeter_report.loading.lanes import lane_name, lane_named

# Their number shares no factor with that of a lane's colours, so pairs repeat only after many.
_MARKERS = ("o", "s", "^", "D", "v", "P", "X")
_THREADS_MARKER_STEP = 3


@dataclass(frozen=True)
class Look:
    """How a variant is drawn, in every chart of a run; the width is in points."""

    colour: str
    marker: str
    linestyle: str
    hollow: bool
    width: float = 1.5


class Looks:
    """The look of every variant of a run: the same name looks the same in all its charts."""

    def __init__(
        self, charts: Iterable[Iterable[str]], favoured: Sequence[str], threads: Iterable[int]
    ) -> None:
        self._slots = assign_slots([set(names) for names in charts], favoured)
        self._levels = {count: level for level, count in enumerate(sorted({1, *threads}))}

    def of(self, variant: str, threads: int = 1) -> Look:
        """More threads keep the variant's colour, with a thicker line and another marker."""
        slot, level = self._slots[variant], self._levels[threads]
        lane = lane_named(lane_name(variant))
        return Look(
            colour=lane.colours[slot % len(lane.colours)].light,
            marker=_MARKERS[(slot + level * _THREADS_MARKER_STEP) % len(_MARKERS)],
            linestyle=lane.line,
            hollow=lane.hollow,
            width=1.5 + min(0.7 * level, 1.4),
        )


def assign_slots(charts: Sequence[set[str]], favoured: Sequence[str]) -> dict[str, int]:
    """Number the variants of a lane so that no two that share a chart share a number.

    A run can have far more variants than there are colours, but one chart has few: each variant,
    the favoured and the most frequent first, takes the lowest number that is free in its charts.
    """
    names = sorted(set().union(*charts))
    frequency = {name: sum(name in chart for chart in charts) for name in names}
    rank = {name: place for place, name in reversed(list(enumerate(favoured)))}
    names.sort(key=lambda name: (rank.get(name, len(rank)), -frequency[name], name))
    slots: dict[str, int] = {}
    for name in names:
        rivals = set().union(*(chart for chart in charts if name in chart))
        taken = {slots[r] for r in rivals if r in slots and lane_name(r) == lane_name(name)}
        slots[name] = next(slot for slot in range(len(names)) if slot not in taken)
    return slots
