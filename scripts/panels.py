"""Panels: one pair of axes, and how everything within and beside it is drawn.

All axes are logarithmic. A line is interrupted where a cell gave no value; failed cells are × in a
strip below the lines, at their n and in their variant's colour.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

import style
from series import Failure, Series, sizes_of
from sheet import Box, Scale, Sheet
from style import LINE_HEIGHT, SMALL_SIZE, TEXT_SIZE, Look

# Between the axes and the labels beside them; the sample of a line or mark; to the name behind it.
LEADER, SWATCH, SPACE = 18.0, 20.0, 4.0

_LONG_LEADER = 60.0
_STRIP_ROW = 12.0


@dataclass(frozen=True)
class Panel:
    """What one pair of axes shows."""

    y_label: str
    series: list[Series]
    failures: list[Failure]
    format: Callable[[float], str]
    ticks: Callable[[float, float], list[float]] = style.decimal_ticks
    empty: str = "No variant has a value here."
    parity: bool = False
    strip_name: str = "failed ×"

    @property
    def strip(self) -> float:
        """The height of the strip of failed cells."""
        return len(self.failures) * _STRIP_ROW + 4 if self.failures else 0.0

    def sizes(self) -> np.ndarray:
        """The sizes at which anything is drawn."""
        return sizes_of([*self.series, *self.failures])


# Scales


def x_scale(sizes: np.ndarray) -> Scale:
    """The axis of n for these sizes."""
    if not len(sizes):
        return Scale(1, 10)
    low, high = x_of(sizes[0]), x_of(sizes[-1])
    if low == high:
        return Scale(low / 2, high * 2)
    margin = (high / low) ** 0.025
    return Scale(low / margin, high * margin)


def x_of(n: float) -> float:
    """Where n is drawn: a logarithmic axis has no place for an n of 0."""
    return max(float(n), 0.5)


def y_scale(series: Iterable[Series], parity: bool) -> Scale:
    """The axis of the values of these series and their intervals, and of parity if that is shown.

    It spans more than two octaves, so there are always two ticks or more, binary ones too.
    """
    values = [np.concatenate([s.value, s.low, s.high]) for s in series]
    if not values:
        return Scale(1, 10)
    known = np.concatenate([*values, [1.0] if parity else []])
    known = known[np.isfinite(known)]
    low, high = known.min(), known.max()
    # A range of less than a factor of 4 would turn noise into mountains.
    widen = max(1.0, math.sqrt(4 * low / high))
    margin = max((high / low) ** 0.05, 1.1)
    return Scale(low / widen / margin, high * widen * margin)


# A panel


def draw_panel(sheet: Sheet, box: Box, panel: Panel, x: Scale, direct: bool) -> Axes:
    """Draw all but the ticks of n; `direct` names the series at their line ends."""
    data = y_scale(panel.series, panel.parity)
    y = data.with_room_below(panel.strip / box.height)
    axes = sheet.axes(box, x, y)
    ticks = panel.ticks(data.low, data.high) if panel.series else []
    axes.set_yticks(ticks, [panel.format(tick) for tick in ticks])
    axes.set_ylabel(panel.y_label if panel.series else "", labelpad=6)
    if panel.parity and panel.series:
        axes.axhline(1.0, color=style.INK, linewidth=0.9, zorder=1.5)
        axes.annotate("parity", (0, 1), (4, 3), xycoords=("axes fraction", "data"),
                      textcoords="offset points", size=SMALL_SIZE, color=style.MUTED)
    for series in panel.series:
        draw_series(axes, series)
    if not panel.series:
        middle = (panel.strip + (box.height - panel.strip) / 2) / box.height
        axes.text(0.5, middle, panel.empty, transform=axes.transAxes, ha="center", va="center",
                  color=style.MUTED)
    if direct:
        _draw_labels(sheet, box, panel, x, y)
    _draw_failures(sheet, axes, box, panel)
    return axes


def draw_x_ticks(axes: Axes, box: Box, sizes: np.ndarray) -> None:
    """Name the sizes on the axis of n, as many as have room."""
    names = [style.format_size(n) for n in sizes]
    x = x_scale(sizes)
    places = [x.fraction(x_of(n)) * box.width for n in sizes]
    kept = style.thin(places, [style.text_width(name) for name in names])
    axes.set_xticks([x_of(sizes[i]) for i in kept], [names[i] for i in kept])


def _draw_labels(sheet: Sheet, box: Box, panel: Panel, x: Scale, y: Scale) -> None:
    """Name each line at its end, moved apart where needed and joined to its end by a thin line."""
    # From the last to the first, so that equal ends are named from the top in the file's order.
    upward = panel.series[::-1]
    ends = [box.bottom + y.fraction(s.value[-1]) * box.height for s in upward]
    low, high = box.bottom + panel.strip + LINE_HEIGHT / 2, box.top
    places = style.spread(ends, LINE_HEIGHT, min(low, high), high) or ends
    left = box.right + LEADER
    starts = [box.left + x.fraction(x_of(s.n[-1])) * box.width for s in upward]
    sheet.lines(
        [[(start + 4, end), (left - 2, place)] for start, end, place in zip(starts, ends, places)],
        colors=[series.look.colour for series in upward],
        # A long one crosses the chart and must not be taken for data.
        linestyles=[(0, (1, 3)) if left - start > _LONG_LEADER else "-" for start in starts],
        linewidths=0.6,
        alpha=0.7,
    )
    for series, place in zip(upward, places):
        draw_entry(sheet, left, place, series, series.text)


def _draw_failures(sheet: Sheet, axes: Axes, box: Box, panel: Panel) -> None:
    """A strip below the lines with a row for each series that has failed cells."""
    if not panel.failures:
        return
    axes.add_patch(Rectangle(
        (0, 0), 1, panel.strip / box.height, transform=axes.transAxes, facecolor=style.ALERT,
        linewidth=0, zorder=0.5,
    ))
    for row, failure in enumerate(reversed(panel.failures)):
        height = 2 + (row + 0.5) * _STRIP_ROW
        draw_crosses(axes, failure, height / box.height)
        draw_entry(sheet, box.right + LEADER, box.bottom + height, failure, failure.text)
    sheet.text(box.left - 6, box.bottom + panel.strip / 2, panel.strip_name, size=TEXT_SIZE,
               ha="right", va="center_baseline")


# Lines, marks and their names


def draw_series(axes: Axes, series: Series) -> None:
    """Draw a line with its interval."""
    # A size without a value interrupts the line: drawn through, it would look measured.
    missing = np.full(len(series.absent), np.nan)
    sizes = np.concatenate([series.n, series.absent])
    order = np.argsort(sizes)
    xs = np.maximum(sizes[order], 0.5)
    value, low, high = (
        np.concatenate([part, missing])[order] for part in (series.value, series.low, series.high)
    )
    _draw_intervals(axes, xs, low, high, series.look.colour)
    axes.plot(xs, value, label=series.label, **series.look.line())


def _draw_intervals(
    axes: Axes, xs: np.ndarray, low: np.ndarray, high: np.ndarray, colour: str
) -> None:
    """A band; and since a band needs two neighbours, a bar at a size that stands alone."""
    known = np.isfinite(low) & np.isfinite(high)
    beside = np.zeros(len(known), dtype=bool)
    beside[1:] |= known[:-1]
    beside[:-1] |= known[1:]
    if (known & beside).any():
        axes.fill_between(xs, low, high, where=known, color=colour, alpha=0.2, linewidth=0)
    alone = known & ~beside
    if alone.any():
        axes.vlines(xs[alone], low[alone], high[alone], color=colour, linewidth=2.2)


def draw_crosses(axes: Axes, failure: Failure, height: float) -> None:
    """Mark the cells at a height given as a share of the axes."""
    xs = np.maximum(failure.n, 0.5)
    axes.plot(xs, [height] * len(xs), transform=axes.get_xaxis_transform(),
              label=f"failed {failure.label}", **_cross(failure.look))


def draw_entry(
    sheet: Sheet, x: float, y: float, entry: Series | Failure, text: str, size: float = TEXT_SIZE
) -> None:
    """A sample of the line, or the × of a failure, and the name beside it."""
    if isinstance(entry, Failure):
        sheet.line([x + SWATCH / 2], [y], **_cross(entry.look))
    else:
        xs = [x, x + SWATCH / 2, x + SWATCH]
        sheet.line(xs, [y] * 3, markevery=[1], **entry.look.line())
    sheet.text(x + SWATCH + SPACE, y, text, size=size, va="center_baseline")


def _cross(look: Look) -> dict[str, Any]:
    return {
        "color": look.colour, "marker": "x", "markersize": 5.5, "markeredgewidth": 1.6,
        "linestyle": "none",
    }
