"""The overview of a run: the gaps of all its kernels as small multiples on one scale.

Of each kernel it shows the baseline, which is what people write first, and the best Python variant.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

import matplotlib
import numpy as np
from matplotlib.axes import Axes

from gapmeter_report.drawing import style
from gapmeter_report.drawing.panels import (
    SPACE, SWATCH, draw_entry, draw_failure, draw_series, x_of, x_scale, y_scale,
)
from gapmeter_report.drawing.rendering import Chart
from gapmeter_report.drawing.sheet import EDGE, Box, Scale, Sheet
from gapmeter_report.drawing.style import SMALL_SIZE, TEXT_SIZE, WIDTH
from gapmeter_report.drawing.text import fit, text_width
from gapmeter_report.drawing.ticks import decimal_ticks
from gapmeter_report.loading.run import Run
from gapmeter_report.models.headline import Headline, headline
from gapmeter_report.models.numbers import format_ratio, format_size, round_ratio
from gapmeter_report.models.series import Failure, Series, sizes_of
from gapmeter_report.models.subjects import footer_text, sized_subjects

_TOP, _LEFT, _COLUMN_SPACE, _BELOW = 48.0, 44.0, 16.0, 20.0
_HEAD, _STRIP = 40.0, 10.0


@matplotlib.rc_context(style.RC)
def overview_chart(run: Run) -> Chart | None:
    """The gap of every kernel of a run as small multiples on one scale; None without any."""
    headlines = [headline(run.rows(s.kernel.name), s) for s in sized_subjects(run)]
    if not headlines:
        return None
    columns = min(4, math.ceil(math.sqrt(len(headlines))))
    rows = math.ceil(len(headlines) / columns)
    plot = {1: 200.0, 2: 130.0, 3: 95.0, 4: 78.0}[columns]
    cell = _HEAD + plot + _BELOW
    height = _TOP + rows * cell + 20
    title = "The gap between Python and native, for every kernel"
    subtitle = (
        f"gap: Python time / {run.denominator} time of the same job, against n · baseline: what "
        "people write first · best: smallest gap at the largest n"
    )
    sheet = Sheet(height, title, subtitle, footer_text(run.environment))
    width = (WIDTH - _LEFT - EDGE - (columns - 1) * _COLUMN_SPACE) / columns
    y = y_scale([s for h in headlines for _, s in h.shown()], [1.0])
    for index, head in enumerate(headlines):
        row, column = divmod(index, columns)
        left = _LEFT + column * (width + _COLUMN_SPACE)
        box = Box(left, height - _TOP - row * cell - _HEAD - plot, width, plot)
        _draw_cell(sheet, box, head, y, first=column == 0)
    return Chart(sheet.figure, title, _overview_alt(headlines, run.denominator))


def _draw_cell(sheet: Sheet, box: Box, head: Headline, y: Scale, first: bool) -> None:
    series = [series for _, series in head.shown()]
    sizes = sizes_of([*series, *head.failures])
    axes = sheet.axes(box, x_scale(sizes), y.with_room_below(_STRIP / box.height))
    ticks = decimal_ticks(y.low, y.high, most=4)
    axes.set_yticks(ticks, [round_ratio(t) if first else "" for t in ticks])
    axes.axhline(1.0, color=style.INK, linewidth=0.8, zorder=1.5)
    for line in series:
        draw_series(axes, line)
    for failure in head.failures:
        draw_failure(axes, failure, _STRIP / 2 / box.height)
    _cell_ticks(sheet, axes, box, sizes)
    _draw_head(sheet, box, head)


def _cell_ticks(sheet: Sheet, axes: Axes, box: Box, sizes: np.ndarray) -> None:
    """Only the smallest and the largest n are named: the shape is what a small chart shows."""
    axes.set_xticks([x_of(n) for n in sizes], [""] * len(sizes))
    style_of = {"size": SMALL_SIZE, "color": style.MUTED}
    if len(sizes) == 1:
        name = f"n = {format_size(sizes[0])}"
        sheet.text(box.left + box.width / 2, box.bottom - 11, name, ha="center", **style_of)
    elif len(sizes):
        sheet.text(box.left, box.bottom - 11, f"n = {format_size(sizes[0])}", **style_of)
        sheet.text(box.right, box.bottom - 11, format_size(sizes[-1]), ha="right", **style_of)


def _draw_head(sheet: Sheet, box: Box, head: Headline) -> None:
    """The kernel's name and its heading numbers, above its small chart."""
    counts = ((head.failed_cells, "failed ×"), (head.skipped_cells, "skipped –"))
    missing = ", ".join(f"{count} {what}" for count, what in counts if count)
    room = box.width - text_width(missing, SMALL_SIZE) - 6
    name = fit(head.kernel.name, room, 9.5, "bold")
    sheet.text(box.left, box.top + 29, name, size=9.5, weight="bold")
    sheet.text(box.right, box.top + 29, missing, size=SMALL_SIZE, ha="right")
    size = TEXT_SIZE if box.width > 150 else SMALL_SIZE
    lines = list(_head_lines(head))
    for line, (entry, text) in enumerate(lines):
        text = fit(text, box.width - SWATCH - SPACE, size)
        draw_entry(sheet, box.left, box.top + 20 - 11 * line, entry, text, size)
    if not lines:
        sheet.text(box.left, box.top + 17, head.empty, size=size, color=style.MUTED)


def _head_lines(head: Headline) -> Iterator[tuple[Series | Failure, str]]:
    """At most two: a baseline that gave no gap at all says why in the place of its number."""
    failed = [f for f in head.failures if f.variant == head.kernel.baseline]
    if head.baseline is None and failed:
        name = failed[0].label.partition("/")[2]
        yield failed[0], f"baseline {name}: {', '.join(failed[0].statuses)}"
    for role, series in head.shown():
        name, reached = series.label.partition("/")[2], series.n[-1]
        early = head.best is not None and reached < head.best.n[-1]
        where = f" at {format_size(reached)}" if early else ""
        yield series, f"{role} {format_ratio(series.value[-1])}{where} {name}"


def _overview_alt(headlines: list[Headline], denominator: str) -> str:
    words = [f"Small charts of the gap against n for {len(headlines)} kernels."]
    for name, chosen in (
        ("baseline Python", [(h.baseline, h.kernel.name) for h in headlines]),
        ("the best Python variant", [(h.best, h.kernel.name) for h in headlines]),
    ):
        gaps = sorted((series.value[-1], kernel) for series, kernel in chosen if series is not None)
        if gaps:
            (low, least), (high, most) = gaps[0], gaps[-1]
            words.append(
                f"At each kernel's largest n {name} takes from {format_ratio(low)} ({least}) to "
                f"{format_ratio(high)} ({most}) the time of the {denominator} variant."
            )
    for count, what in (
        (sum(h.failed_cells for h in headlines), "failed"),
        (sum(h.skipped_cells for h in headlines), "were skipped"),
    ):
        if count:
            words.append(f"{count} cells {what}.")
    return " ".join(words)
