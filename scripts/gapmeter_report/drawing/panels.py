"""Panels: one pair of axes, and how everything within and beside it is drawn.

All axes are logarithmic. A line is interrupted where a cell gave no value; such cells are marked in
a strip below the lines, at their n and in their variant's colour: × failed, – skipped.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from gapmeter_report.drawing import style
from gapmeter_report.drawing.sheet import Box, Scale, Sheet
from gapmeter_report.drawing.style import LINE_HEIGHT, SMALL_SIZE, TEXT_SIZE, line_options
from gapmeter_report.drawing.text import fit, fit_name, text_width
from gapmeter_report.drawing.ticks import decimal_ticks, spread, thin
from gapmeter_report.models.growth import Crossing
from gapmeter_report.models.looks import Look
from gapmeter_report.models.numbers import format_size, three_digits
from gapmeter_report.models.series import Failure, Series, sizes_of

# Between the axes and the labels beside them; the sample of a line or mark; to the name behind it.
LEADER, SWATCH, SPACE = 18.0, 20.0, 4.0

_LONG_LEADER = 60.0
_STRIP_ROW = 12.0
_LABEL_WIDTH = 190.0


class Level(NamedTuple):
    """A value that lines are held against, drawn across the panel, or from an n on."""

    name: str
    value: float
    strong: bool = False
    since: float | None = None
    dashes: tuple[float, tuple[float, ...]] = (0, (6, 2))


class XAxis(NamedTuple):
    """What the horizontal axis is called, and the names of the places on it."""

    label: str
    ticks: dict[float, str]


@dataclass(frozen=True)
class Panel:
    """What one pair of axes shows; `format` writes its ticks, `figure` its values in words."""

    y_label: str
    series: list[Series]
    failures: list[Failure]
    format: Callable[[float], str]
    ticks: Callable[[float, float], list[float]] = decimal_ticks
    figure: Callable[[float], str] = three_digits
    empty: str = "No variant has a value here."
    levels: tuple[Level, ...] = ()
    crossings: tuple[Crossing, ...] = ()
    strip_name: str = "no result"

    @property
    def failure_strip(self) -> float:
        """The height of the strip of cells without a result."""
        return len(self.failures) * _STRIP_ROW + 4 if self.failures else 0.0

    @property
    def strip(self) -> float:
        """The height of all strips below the lines: that of cells without a result, and above it
        that of crossovers."""
        crossings = len(self.crossings) * _STRIP_ROW + 4 if self.crossings else 0.0
        return self.failure_strip + crossings

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


def y_scale(series: Iterable[Series], levels: Iterable[float] = ()) -> Scale:
    """The axis of the values of these series and their intervals, and of these levels.

    It spans more than two octaves, so there are always two ticks or more, binary ones too.
    """
    values = [
        np.concatenate([s.value, s.low, s.high, [value for _, value in s.other_speeds]])
        for s in series
    ]
    if not values:
        return Scale(1, 10)
    known = np.concatenate([*values, list(levels)])
    known = known[np.isfinite(known)]
    low, high = known.min(), known.max()
    # A range of less than a factor of 4 would turn noise into mountains.
    widen = max(1.0, math.sqrt(4 * low / high))
    margin = max((high / low) ** 0.05, 1.1)
    return Scale(low / widen / margin, high * widen * margin)


# A panel


def draw_panel(sheet: Sheet, box: Box, panel: Panel, x: Scale, direct: bool) -> Axes:
    """Draw all but the ticks of n; `direct` names the series at their line ends."""
    data = y_scale(panel.series, [level.value for level in panel.levels])
    y = data.with_room_below(panel.strip / box.height)
    axes = sheet.axes(box, x, y)
    ticks = panel.ticks(data.low, data.high) if panel.series else []
    axes.set_yticks(ticks, [panel.format(tick) for tick in ticks])
    axes.set_ylabel(panel.y_label if panel.series else "", labelpad=6)
    for series in panel.series:
        draw_series(axes, series)
        _draw_states(axes, series)
    if panel.series:
        _draw_levels(axes, panel.levels)
    else:
        middle = (panel.strip + (box.height - panel.strip) / 2) / box.height
        axes.text(0.5, middle, panel.empty, transform=axes.transAxes, ha="center", va="center",
                  color=style.MUTED)
    if direct:
        _draw_labels(sheet, box, panel, x, y)
    _draw_crossings(sheet, axes, box, panel)
    _draw_failures(sheet, axes, box, panel)
    return axes


def size_axis(label: str, sizes: np.ndarray) -> XAxis:
    """The axis of n."""
    return XAxis(label, {x_of(n): format_size(n) for n in sizes})


def draw_x_ticks(axes: Axes, box: Box, x: Scale, axis: XAxis) -> None:
    """Name the places on the horizontal axis, as many as have room."""
    values, names = list(axis.ticks), list(axis.ticks.values())
    places = [x.fraction(value) * box.width for value in values]
    kept = thin(places, [text_width(name) for name in names])
    axes.set_xticks([values[i] for i in kept], [names[i] for i in kept])
    axes.set_xlabel(axis.label, labelpad=3)


def _draw_levels(axes: Axes, levels: Iterable[Level]) -> None:
    """Lines across, or from where they begin; those that have a name bear it at their left end."""
    left, right = axes.get_xlim()
    for level in levels:
        look: dict[str, Any] = (
            {"color": style.INK, "linewidth": 0.9} if level.strong
            else {"color": style.MUTED, "linewidth": 1.2, "linestyle": level.dashes}
        )
        axes.plot([level.since or left, right], [level.value] * 2, zorder=1.5,
                  label=f"level {level.value:g}", **look)
        axes.annotate(level.name, (0, level.value), (4, 3), xycoords=("axes fraction", "data"),
                      textcoords="offset points", size=SMALL_SIZE, color=style.MUTED)


def _draw_crossings(sheet: Sheet, axes: Axes, box: Box, panel: Panel) -> None:
    """A strip below the lines with a row for each: a bar between the sizes, and these in words."""
    bottom = panel.failure_strip
    for row, crossing in enumerate(reversed(panel.crossings)):
        height = bottom + 2 + (row + 0.5) * _STRIP_ROW
        ends = [x_of(crossing.n_from), x_of(crossing.n_to)]
        colour = crossing.series.look.colour
        axes.plot(ends, [height / box.height] * 2, color=colour, linewidth=1.6, marker="|",
                  markersize=7, markeredgewidth=1.6, transform=axes.get_xaxis_transform(),
                  label=f"crossing {crossing.said}")
        _draw_ends(axes, box, height, crossing)
        draw_entry(sheet, box.right + LEADER, box.bottom + height, crossing.series,
                   crossing_text(crossing))
    if panel.crossings:
        middle = bottom + (panel.strip - bottom) / 2
        sheet.text(box.left - 6, box.bottom + middle, "crossover", size=TEXT_SIZE, ha="right",
                   va="center_baseline")


def _draw_ends(axes: Axes, box: Box, height: float, crossing: Crossing) -> None:
    """The sizes in words: behind the bar, or before it, or on it where there is no other room."""
    text = f"between {format_size(crossing.n_from)} and {format_size(crossing.n_to)}"
    x = Scale(*axes.get_xlim())
    first, last = (x.fraction(x_of(n)) * box.width for n in (crossing.n_from, crossing.n_to))
    room = text_width(text, SMALL_SIZE) + 8
    places = (
        (last + 6, "left", box.width - last), (first - 6, "right", first),
        ((first + last) / 2, "center", math.inf),
    )
    place, align = next((place, align) for place, align, free in places if free >= room)
    axes.annotate(
        text, (place, height), xycoords="axes points", size=SMALL_SIZE, ha=align,
        va="center_baseline", color=style.INK,
        bbox={"facecolor": style.PAPER, "linewidth": 0, "pad": 1},
    )


def _draw_states(axes: Axes, series: Series) -> None:
    """The other speeds of its cells, tied to the line, and rings around those that are mixed."""
    for n, value in series.other_speeds:
        axes.plot([x_of(n)] * 2, [series.value_at(n), value], color=series.look.colour,
                  linewidth=0.6, alpha=0.6, zorder=1.7, label=f"tie {series.label}")
    if series.other_speeds:
        sizes, values = zip(*series.other_speeds)
        axes.plot([x_of(n) for n in sizes], values, label=f"other speeds {series.label}",
                  **line_options(series.look) | {
                      "linestyle": "none", "markersize": 3.2, "markeredgewidth": 0.9,
                      "markerfacecolor": style.PAPER})
    if series.mixed:
        axes.plot([x_of(n) for n in series.mixed], [series.value_at(n) for n in series.mixed],
                  label=f"mixed {series.label}", marker="o", markersize=9, markerfacecolor="none",
                  markeredgecolor=style.MUTED, markeredgewidth=0.9, linestyle="none", zorder=4)


def _draw_labels(sheet: Sheet, box: Box, panel: Panel, x: Scale, y: Scale) -> None:
    """Name each line at its end, moved apart where needed and joined to its end by a thin line."""
    # From the last to the first, so that equal ends are named from the top in the file's order.
    upward = panel.series[::-1]
    ends = [box.bottom + y.fraction(s.value[-1]) * box.height for s in upward]
    low, high = box.bottom + panel.strip + LINE_HEIGHT / 2, box.top
    places = spread(ends, LINE_HEIGHT, min(low, high), high) or ends
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
        draw_entry(sheet, left, place, series, series_text(series))


def _draw_failures(sheet: Sheet, axes: Axes, box: Box, panel: Panel) -> None:
    """A strip below the lines with a row for each series that has cells without a result."""
    if not panel.failures:
        return
    strip = panel.failure_strip
    axes.add_patch(Rectangle(
        (0, 0), 1, strip / box.height, transform=axes.transAxes, facecolor=style.ALERT,
        linewidth=0, zorder=0.5,
    ))
    for row, failure in enumerate(reversed(panel.failures)):
        height = 2 + (row + 0.5) * _STRIP_ROW
        draw_failure(axes, failure, height / box.height)
        draw_entry(sheet, box.right + LEADER, box.bottom + height, failure, failure_text(failure))
    sheet.text(box.left - 6, box.bottom + strip / 2, panel.strip_name, size=TEXT_SIZE, ha="right",
               va="center_baseline")


# Lines, marks and their names


def series_text(series: Series) -> str:
    """The label at the line's end; how the line grows is said if there is room, and never without
    where."""
    said = f"  {series.note}" if series.note else ""
    interval, where = series.growth_interval, series.growth_range
    for parts in ((series.growth, interval, where), (series.growth, where)):
        growth = f"  {' '.join(part for part in parts if part)}"
        if series.growth and text_width(series.label + said + growth) <= _LABEL_WIDTH:
            said += growth
            break
    return fit_name(series.label, said, _LABEL_WIDTH)


def crossing_text(crossing: Crossing) -> str:
    """The label of its row in the strip."""
    return fit(crossing.said, _LABEL_WIDTH)


def failure_text(failure: Failure) -> str:
    """The label of its row in the strip."""
    return fit_name(failure.label, failure.said, _LABEL_WIDTH)


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
    axes.plot(xs, value, label=series.label, **line_options(series.look))


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


def draw_failure(axes: Axes, failure: Failure, height: float) -> None:
    """Mark the cells at a height given as a share of the axes: failed ×, skipped –."""
    failed = np.setdiff1d(failure.n, failure.skipped)
    for name, sizes, mark in (
        ("failed", failed, _cross(failure.look)), ("skipped", failure.skipped, _dash(failure.look))
    ):
        if len(sizes):
            axes.plot(np.maximum(sizes, 0.5), [height] * len(sizes), **mark,
                      label=f"{name} {failure.label}", transform=axes.get_xaxis_transform())


def draw_entry(
    sheet: Sheet, x: float, y: float, entry: Series | Failure, text: str, size: float = TEXT_SIZE
) -> None:
    """A sample of the line, or the mark of cells without a result, and the name beside it."""
    if isinstance(entry, Failure):
        all_skipped = len(entry.skipped) == len(entry.n)
        mark = _dash(entry.look) if all_skipped else _cross(entry.look)
        sheet.line([x + SWATCH / 2], [y], **mark)
    else:
        xs = [x, x + SWATCH / 2, x + SWATCH]
        sheet.line(xs, [y] * 3, markevery=[1], **line_options(entry.look))
    sheet.text(x + SWATCH + SPACE, y, text, size=size, va="center_baseline")


def _dash(look: Look) -> dict[str, Any]:
    return _cross(look) | {"marker": "_", "markersize": 7.0}


def _cross(look: Look) -> dict[str, Any]:
    return {
        "color": look.colour, "marker": "x", "markersize": 5.5, "markeredgewidth": 1.6,
        "linestyle": "none",
    }
