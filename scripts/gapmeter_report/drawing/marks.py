"""Draws the marks of the caches across the axis of n (models/caches.py says where)."""

from __future__ import annotations

from collections.abc import Iterable

from matplotlib.axes import Axes

from gapmeter_report.drawing import style
from gapmeter_report.drawing.style import SMALL_SIZE
from gapmeter_report.models.caches import Mark


def draw_marks(axes: Axes, marks: Iterable[Mark], named: bool) -> None:
    """Draw a line at each mark; `named` writes the caches above the axes."""
    for name, n in marks:
        axes.axvline(n, color=style.MUTED, linewidth=0.8, linestyle=(0, (1, 2)), zorder=0.8,
                     label=f"cache {name}")
        if named:
            axes.annotate(name, (n, 1), (0, 3), xycoords=("data", "axes fraction"),
                          textcoords="offset points", ha="center", size=SMALL_SIZE,
                          color=style.MUTED)
