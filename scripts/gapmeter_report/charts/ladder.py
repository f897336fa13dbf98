"""The ladder: the time for an item of each row, and the factor between it and the one above."""

from __future__ import annotations

import matplotlib
import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from gapmeter_report.drawing import style
from gapmeter_report.drawing.rendering import Chart
from gapmeter_report.drawing.sheet import (
    EDGE, NOTE_HEIGHT, Box, Scale, Sheet, notes_in_lines,
)
from gapmeter_report.drawing.style import TEXT_SIZE, line_options
from gapmeter_report.drawing.text import fit, text_width
from gapmeter_report.drawing.ticks import decimal_ticks
from gapmeter_report.loading.lanes import lanes_with
from gapmeter_report.models.ladder import Ladder, factor_text, ladder_of
from gapmeter_report.models.numbers import format_ratio, format_time, round_time
from gapmeter_report.models.subjects import Subject

_ROW, _TOP, _BOTTOM = 17.0, 50.0, 48.0
_MOST_NAME, _VALUE, _STEP = 190.0, 64.0, 46.0
_LADDER, _ALL = "what the gap is made of", "from the slowest variant to the fastest"


@matplotlib.rc_context(style.RC)
def ladder_chart(rows: pd.DataFrame, subject: Subject) -> Chart | None:
    """Dots at the latency per item, of the declared rungs or else of every variant.

    No bars: on a logarithmic axis their lengths would depend on where it begins.
    """
    ladder = ladder_of(rows, subject.kernel)
    if ladder is None:
        return None
    steps = ladder.steps
    unit = subject.kernel.item or "item" if (steps["items_per_s"] > 0).all() else "call"
    title = f"{subject.kernel.title}: {_LADDER if ladder.declared else _ALL}"
    notes = _notes(ladder)
    bottom = _BOTTOM + (len(notes_in_lines(notes)) - 1) * NOTE_HEIGHT
    height = _TOP + len(steps) * _ROW + bottom
    sheet = Sheet(height, title, _subtitle(ladder, unit), subject.footer, notes)
    left = EDGE + min(max(text_width(name) for name in ladder.names), _MOST_NAME) + 10
    box = Box(left, bottom, style.WIDTH - left - _STEP - _VALUE - EDGE, len(steps) * _ROW)
    axes = sheet.rows(box, _scale(steps), len(steps))
    axes.set_yticks(range(len(steps)), [fit(name, left - EDGE - 6) for name in ladder.names])
    _draw_dots(axes, ladder, subject)
    _draw_numbers(sheet, box, ladder)
    return Chart(sheet.figure, title, _alt(ladder, unit))


# Drawing


def _scale(steps: pd.DataFrame) -> Scale:
    """Around all of the times and their intervals."""
    known = steps[["value", "low", "high"]]
    low, high = known.min().min(), known.max().max()
    # Like every axis of ours at least a factor of 4, or noise would look like a difference.
    margin = max((high / low) ** 0.05, 1.1, (4 * low / high) ** 0.5)
    return Scale(low / margin, high * margin)


def _draw_dots(axes: Axes, ladder: Ladder, subject: Subject) -> None:
    scale = _scale(ladder.steps)
    axes.hlines(range(len(ladder.steps)), scale.low, scale.high, color=style.GRID, linewidth=0.7,
                zorder=0.8)
    for place, (row, name) in enumerate(zip(ladder.steps.itertuples(), ladder.names)):
        look = subject.looks.of(row.variant, row.threads)
        if np.isfinite(row.low) and np.isfinite(row.high):
            axes.hlines(place, row.low, row.high, color=look.colour, linewidth=2.2)
        axes.plot([row.value], [place], label=name, **line_options(look) | {
            "linestyle": "none", "markersize": 7.0})
    ticks = decimal_ticks(scale.low, scale.high, most=6)
    axes.set_xticks(ticks, [round_time(tick) for tick in ticks])
    axes.tick_params(axis="x", pad=2)


def _draw_numbers(sheet: Sheet, box: Box, ladder: Ladder) -> None:
    right = box.right + _VALUE + _STEP - 6
    for place, row in enumerate(ladder.steps.itertuples()):
        y = box.top - (place + 0.5) * _ROW
        sheet.text(box.right + _VALUE - 6, y, format_time(row.value), ha="right",
                   va="center_baseline", size=TEXT_SIZE)
        if np.isfinite(row.step):
            # Between the two rows that it compares.
            sheet.text(right, y + _ROW / 2, factor_text(row.step), ha="right", va="center_baseline",
                       size=TEXT_SIZE, color=style.MUTED)
    if ladder.declared:
        sheet.text(right, box.bottom - _ROW / 2, f"in all {factor_text(ladder.total)}", ha="right",
                   va="center_baseline", size=TEXT_SIZE, weight="bold")


# Words


def _subtitle(ladder: Ladder, unit: str) -> str:
    time = f"time for each {unit} at n = {ladder.n}"
    if not ladder.declared:
        return f"{time}; ÷: times faster than the row above, if of the same job"
    return f"{time}; {_whole(ladder)}"


def _whole(ladder: Ladder) -> str:
    first, last = ladder.steps["variant"].iloc[0], ladder.steps["variant"].iloc[-1]
    total = format_ratio(ladder.total)
    return f"{first} takes {total} the time of {last}: the steps multiply to it"


def _notes(ladder: Ladder) -> list[str]:
    parts = [f"no result: {', '.join(ladder.missing)}"] if ladder.missing else []
    kinds = {"full": False, "hollow": True}
    lanes = lanes_with(ladder.steps["variant"])
    labels = {kind: [lane.label for lane in lanes if lane.hollow == hollow]
              for kind, hollow in kinds.items()}
    parts.append("; ".join(f"{kind} marks: {', '.join(of)}" for kind, of in labels.items() if of))
    if ladder.steps["low"].notna().any():
        parts.append("line through a mark: confidence interval")
    return parts


def _alt(ladder: Ladder, unit: str) -> str:
    what = f"Dot chart, logarithmic axis. Time for each {unit} at n = {ladder.n}"
    times = [format_time(value) for value in ladder.steps["value"]]
    told = [f"{name} {time}" for name, time in zip(ladder.names, times)]
    if not ladder.declared:
        return f"{what}, job by job the slowest first: {', '.join(told)}."
    factors = [factor_text(step) for step in ladder.steps["step"].iloc[1:]]
    listed = ", ".join([told[0], *map(" ".join, zip(factors, told[1:]))])
    missing = f" No result: {', '.join(ladder.missing)}." if ladder.missing else ""
    return f"{what}, rung by rung: {listed}. {_whole(ladder)}.{missing}"
