"""Interpreters against each other: a row for each kernel, a mark for each interpreter."""

from __future__ import annotations

import matplotlib
import numpy as np
from matplotlib.axes import Axes

from gapmeter_report.drawing import style
from gapmeter_report.drawing.rendering import Chart
from gapmeter_report.drawing.sheet import EDGE, NOTE_HEIGHT, Box, Scale, Sheet, notes_in_lines
from gapmeter_report.drawing.style import TEXT_SIZE
from gapmeter_report.drawing.text import fit, text_width
from gapmeter_report.drawing.ticks import decimal_ticks
from gapmeter_report.loading.lanes import COMPILED, PYTHON, lane_named, lane_names
from gapmeter_report.loading.run import Run
from gapmeter_report.models.interpreters import Interpreters, interpreters_of
from gapmeter_report.models.numbers import format_ratio, format_size, round_ratio
from gapmeter_report.models.subjects import footer_text

_ROW, _TOP, _LEGEND_ROW, _BOTTOM, _MOST_NAME = 16.0, 50.0, 14.0, 62.0, 190.0
_MARKERS = ("o", "s", "^", "D", "v", "P", "X")
_NATIVE_MARKER = "*"


@matplotlib.rc_context(style.RC)
def interpreters_chart(run: Run) -> Chart | None:
    """Marks at the time of each kernel's baseline over that on CPython's newest version."""
    found = interpreters_of(run)
    if found is None:
        return None
    title = "Interpreters: what people write first, on each of them"
    subtitle = (
        f"time over that on {found.all[found.newest].name}, CPython's newest here; left is faster"
    )
    notes = ["full marks: native"]
    count = len(found.rows)
    top = _TOP + (len(found.all) + 1) * _LEGEND_ROW
    bottom = _BOTTOM + (len(notes_in_lines(notes)) - 1) * NOTE_HEIGHT
    sheet = Sheet(top + count * _ROW + bottom, title, subtitle, footer_text(run.environment), notes)
    names = [f"{row.kernel}, n = {format_size(row.n)}" for row in found.rows]
    left = EDGE + min(max(map(text_width, names)), _MOST_NAME) + 10
    box = Box(left, bottom, style.WIDTH - left - EDGE - 8, count * _ROW)
    scale = _scale(found)
    axes = sheet.rows(box, scale, count)
    axes.set_yticks(range(count), [fit(name, left - EDGE - 6) for name in names])
    axes.axvline(1.0, color=style.INK, linewidth=0.9, zorder=1)
    _draw_marks(axes, found, scale)
    _draw_legend(sheet, found, sheet_top=top + count * _ROW + bottom)
    return Chart(sheet.figure, title, _alt(found))


def _scale(found: Interpreters) -> Scale:
    values = np.array([[*found.ratios(row), found.native_ratio(row)] for row in found.rows])
    known = values[np.isfinite(values)]
    low, high = min(known.min(), 0.5), max(known.max(), 2.0)
    margin = max((high / low) ** 0.04, 1.1)
    return Scale(low / margin, high * margin)


def _look(place: int) -> dict[str, str]:
    """Of an interpreter by its place, hollow; in the colours of its lane."""
    (python,) = lane_names(PYTHON)
    colours = lane_named(python).colours
    colour = colours[place % len(colours)].light
    return {"marker": _MARKERS[place % len(_MARKERS)], "color": colour,
            "markerfacecolor": style.PAPER, "linestyle": "none"}


def _native_look() -> dict[str, str]:
    colour = lane_named(lane_names(COMPILED)[0]).colours[0].light
    return {"marker": _NATIVE_MARKER, "color": colour, "linestyle": "none"}


def _draw_marks(axes: Axes, found: Interpreters, scale: Scale) -> None:
    rows = np.arange(len(found.rows))
    axes.hlines(rows, scale.low, scale.high, color=style.GRID, linewidth=0.7, zorder=0.8)
    ratios = np.array([found.ratios(row) for row in found.rows])
    for place, name in enumerate(found.names):
        axes.plot(ratios[:, place], rows, label=name, markersize=6.0, **_look(place))
    native = [found.native_ratio(row) for row in found.rows]
    axes.plot(native, rows, label="native", markersize=7.0, **_native_look())
    ticks = decimal_ticks(scale.low, scale.high, most=7)
    axes.set_xticks(ticks, [round_ratio(tick) for tick in ticks])
    axes.tick_params(axis="x", pad=2)


def _draw_legend(sheet: Sheet, found: Interpreters, sheet_top: float) -> None:
    looks = [_look(place) for place in range(len(found.all))] + [_native_look()]
    texts = [f"{one.name}   {one.said}" for one in found.all] + ["the fastest native variant"]
    for place, (look, text) in enumerate(zip(looks, texts)):
        y = sheet_top - _TOP - place * _LEGEND_ROW
        sheet.line([EDGE + 6], [y + 3], markersize=6.0, **look)
        sheet.text(EDGE + 18, y, fit(text, style.WIDTH - 2 * EDGE - 18), size=TEXT_SIZE)


def _alt(found: Interpreters) -> str:
    newest = found.all[found.newest].name
    told = []
    for place, name in enumerate(found.names):
        ratios = [found.ratios(row)[place] for row in found.rows]
        known = [ratio for ratio in ratios if np.isfinite(ratio)]
        if known and place != found.newest:
            told.append(
                f"{name} {format_ratio(min(known))} to {format_ratio(max(known))} "
                f"of {len(known)} kernels"
            )
    return (
        f"Dot chart, logarithmic axis. Time of {len(found.rows)} kernels' baselines over that on "
        f"{newest}: {'; '.join(told)}."
    )
