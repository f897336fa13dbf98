"""The overview of a run: the gaps of all its kernels as small multiples on one scale.

Of each kernel it shows the baseline, which is what people write first, and the best Python variant.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import matplotlib
import numpy as np
import pandas as pd
from matplotlib.axes import Axes

import style
from gaps import gap_rows, gap_series, why_no_gap
from loading import Kernel, Run
from panels import SPACE, SWATCH, draw_failure, draw_entry, draw_series, x_of, x_scale, y_scale
from render import Chart
from series import SKIPPED, Failure, Series, failures_of, sizes_of
from sheet import EDGE, Box, Scale, Sheet
from style import SMALL_SIZE, TEXT_SIZE, WIDTH
from subjects import Subject, footer_text, subjects_of

_TOP, _LEFT, _COLUMN_SPACE, _BELOW = 48.0, 44.0, 16.0, 20.0
_HEAD, _STRIP = 40.0, 10.0


@dataclass(frozen=True)
class Headline:
    """A kernel's part of the overview: baseline, best Python variant, what gave no result."""

    kernel: Kernel
    baseline: Series | None
    best: Series | None
    failures: list[Failure]
    failed_cells: int
    skipped_cells: int
    empty: str

    def shown(self) -> list[tuple[str, Series]]:
        """The lines, each with its role; one line if a variant has both."""
        if self.best is None:
            return []
        if self.baseline is self.best:
            return [("baseline = best", self.best)]
        baseline = [("baseline", self.baseline)] if self.baseline is not None else []
        return [*baseline, ("best", self.best)]


def headline(rows: pd.DataFrame, subject: Subject) -> Headline:
    """Choose what the overview shows of a kernel: best is the smallest gap at the largest n."""
    python = gap_rows(rows)
    series = gap_series(python, subject.looks)
    # With several numbers of threads, the fewest: the baseline is what people write first.
    baseline = min(
        (s for s in series if s.variant == subject.kernel.baseline),
        key=lambda s: s.threads, default=None,
    )
    best = min(series, key=lambda s: (-s.n[-1], s.value[-1]), default=None)
    shown = {subject.kernel.baseline, best.variant if best else None}
    return Headline(
        kernel=subject.kernel,
        baseline=baseline,
        best=best,
        failures=[f for f in failures_of(python, subject.looks) if f.variant in shown],
        failed_cells=int((~rows["status"].isin(("ok", SKIPPED))).sum()),
        skipped_cells=int((rows["status"] == SKIPPED).sum()),
        empty="no gap: " + why_no_gap(python),
    )


@matplotlib.rc_context(style.RC)
def overview_chart(run: Run) -> Chart:
    """The gap of every kernel of a run as small multiples on one scale."""
    headlines = [headline(run.rows(s.kernel.name), s) for s in subjects_of(run)]
    columns = min(4, math.ceil(math.sqrt(len(headlines))))
    rows = math.ceil(len(headlines) / columns)
    plot = {1: 200.0, 2: 130.0, 3: 95.0, 4: 78.0}[columns]
    cell = _HEAD + plot + _BELOW
    height = _TOP + rows * cell + 20
    title = "The gap between Python and native, for every kernel"
    subtitle = (
        "gap: Python time / fastest native time, against n · baseline: what people write first · "
        "best: smallest gap at the largest n"
    )
    sheet = Sheet(height, title, subtitle, footer_text(run.environment))
    width = (WIDTH - _LEFT - EDGE - (columns - 1) * _COLUMN_SPACE) / columns
    y = y_scale([s for h in headlines for _, s in h.shown()], [1.0])
    for index, head in enumerate(headlines):
        row, column = divmod(index, columns)
        left = _LEFT + column * (width + _COLUMN_SPACE)
        box = Box(left, height - _TOP - row * cell - _HEAD - plot, width, plot)
        _draw_cell(sheet, box, head, y, first=column == 0)
    return Chart(sheet.figure, title, _overview_alt(headlines))


def _draw_cell(sheet: Sheet, box: Box, head: Headline, y: Scale, first: bool) -> None:
    series = [series for _, series in head.shown()]
    sizes = sizes_of([*series, *head.failures])
    axes = sheet.axes(box, x_scale(sizes), y.with_room_below(_STRIP / box.height))
    ticks = style.decimal_ticks(y.low, y.high, most=4)
    axes.set_yticks(ticks, [style.format_ratio_tick(t) if first else "" for t in ticks])
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
        name = f"n = {style.format_size(sizes[0])}"
        sheet.text(box.left + box.width / 2, box.bottom - 11, name, ha="center", **style_of)
    elif len(sizes):
        sheet.text(box.left, box.bottom - 11, f"n = {style.format_size(sizes[0])}", **style_of)
        sheet.text(box.right, box.bottom - 11, style.format_size(sizes[-1]), ha="right", **style_of)


def _draw_head(sheet: Sheet, box: Box, head: Headline) -> None:
    """The kernel's name and its heading numbers, above its small chart."""
    counts = ((head.failed_cells, "failed ×"), (head.skipped_cells, "skipped –"))
    missing = ", ".join(f"{count} {what}" for count, what in counts if count)
    room = box.width - style.text_width(missing, SMALL_SIZE) - 6
    name = style.fit(head.kernel.name, room, 9.5, "bold")
    sheet.text(box.left, box.top + 29, name, size=9.5, weight="bold")
    sheet.text(box.right, box.top + 29, missing, size=SMALL_SIZE, ha="right")
    size = TEXT_SIZE if box.width > 150 else SMALL_SIZE
    lines = list(_head_lines(head))
    for line, (entry, text) in enumerate(lines):
        text = style.fit(text, box.width - SWATCH - SPACE, size)
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
        where = f" at {style.format_size(reached)}" if early else ""
        yield series, f"{role} {style.format_ratio(series.value[-1])}{where} {name}"


def _overview_alt(headlines: list[Headline]) -> str:
    words = [f"Small charts of the gap against n for {len(headlines)} kernels."]
    for name, chosen in (
        ("baseline Python", [(h.baseline, h.kernel.name) for h in headlines]),
        ("the best Python variant", [(h.best, h.kernel.name) for h in headlines]),
    ):
        gaps = sorted((series.value[-1], kernel) for series, kernel in chosen if series is not None)
        if gaps:
            (low, least), (high, most) = gaps[0], gaps[-1]
            words.append(
                f"At the largest n {name} takes from {style.format_ratio(low)} ({least}) to "
                f"{style.format_ratio(high)} ({most}) the time of the fastest native variant."
            )
    for count, what in (
        (sum(h.failed_cells for h in headlines), "failed"),
        (sum(h.skipped_cells for h in headlines), "were skipped"),
    ):
        if count:
            words.append(f"{count} cells {what}.")
    return " ".join(words)
