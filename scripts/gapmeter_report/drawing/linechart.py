"""Line charts: panels above each other over one horizontal axis, from words and data to a Chart."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple

import numpy as np
from matplotlib.axes import Axes

from gapmeter_report.drawing import alttext
from gapmeter_report.drawing.layout import Layout, draw_key
from gapmeter_report.drawing.marks import draw_marks
from gapmeter_report.drawing.panels import (
    Panel, XAxis, draw_panel, draw_x_ticks, series_text, x_scale,
)
from gapmeter_report.drawing.rendering import Chart
from gapmeter_report.drawing.sheet import Sheet
from gapmeter_report.models.caches import Mark


class Words(NamedTuple):
    """What a chart says beside its data."""

    title: str
    subtitle: str
    alt: str
    notes: tuple[str, ...] = ()


def line_chart(
    panels: list[Panel],
    words: Words,
    axis: XAxis,
    footer: str,
    marks: Iterable[Mark] = (),
    draw_more: Callable[[Panel, Axes], None] | None = None,
) -> Chart:
    """A figure of these panels; `draw_more` adds to the axes of each what only one chart has."""
    notes = [*_interval_note(panels), *_mark_notes(panels), *words.notes]
    layout = Layout(panels, notes)
    x = x_scale(np.unique(np.concatenate([panel.sizes() for panel in panels])))
    sheet = Sheet(layout.height, words.title, words.subtitle, footer, notes)
    for panel, box in zip(panels, layout.boxes):
        axes = draw_panel(sheet, box, panel, x, layout.direct)
        draw_marks(axes, marks, named=panel is panels[0])
        axes.set_xticks([])
        if draw_more:
            draw_more(panel, axes)
    draw_x_ticks(axes, layout.boxes[-1], x, axis)
    draw_key(sheet, layout)
    failures = {failure.label: failure for panel in panels for failure in panel.failures}
    failed = alttext.failed_alt(failures.values())
    return Chart(sheet.figure, words.title, f"Line chart, logarithmic axes. {words.alt}{failed}")


def _interval_note(panels: list[Panel]) -> list[str]:
    series = [series for panel in panels for series in panel.series]
    known = any(np.isfinite(s.low).any() and np.isfinite(s.high).any() for s in series)
    return ["band or bar: confidence interval"] if known else []


def _mark_notes(panels: list[Panel]) -> list[str]:
    """What the marks beside and around the lines mean, of those that are there."""
    series = [series for panel in panels for series in panel.series]
    known = (
        (any(panel.crossings for panel in panels),
         "crossover: somewhere between these sizes"),
        (any(s.growth and s.growth in series_text(s) for s in series),
         "n^k: growth where five sizes or more lie within a factor of 1.25 of a line"),
        (any(s.other_speeds for s in series),
         "small marks off a line: what a cell took in fewer of its rounds"),
        (any(s.mixed for s in series), "ring: mixed, too few slices were undisturbed"),
    )
    return [note for is_there, note in known if is_there]
