"""Line charts: panels above each other over one horizontal axis, from words and data to a Chart."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple

import numpy as np
from matplotlib.axes import Axes

from gapmeter_report.drawing import alttext
from gapmeter_report.drawing.layout import Layout, draw_key
from gapmeter_report.drawing.marks import draw_marks
from gapmeter_report.drawing.panels import Panel, XAxis, draw_panel, draw_x_ticks, x_scale
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
    layout = Layout(panels)
    x = x_scale(np.unique(np.concatenate([panel.sizes() for panel in panels])))
    notes = " · ".join([*_interval_note(panels), *_ring_note(panels), *words.notes])
    sheet = Sheet(layout.height, words.title, words.subtitle, footer, notes)
    for panel, box in zip(panels, layout.boxes):
        axes = draw_panel(sheet, box, panel, x, layout.direct)
        draw_marks(axes, marks, named=panel is panels[0])
        axes.set_xticks([])
        if draw_more:
            draw_more(panel, axes)
    draw_x_ticks(axes, layout.boxes[-1], x, axis)
    draw_key(sheet, layout)
    failed = alttext.failed_alt(panels[0].failures)
    return Chart(sheet.figure, words.title, f"Line chart, logarithmic axes. {words.alt}{failed}")


def _interval_note(panels: list[Panel]) -> list[str]:
    series = [series for panel in panels for series in panel.series]
    known = any(np.isfinite(s.low).any() and np.isfinite(s.high).any() for s in series)
    return ["band or bar: confidence interval"] if known else []


def _ring_note(panels: list[Panel]) -> list[str]:
    return ["ring: what is faster changes here"] if any(panel.rings for panel in panels) else []
