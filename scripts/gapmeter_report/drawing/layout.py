"""The layout of a kernel's chart: panels above each other, and a key where labels have no room.

Series are named at their line ends; only if there are too many for that does a key below the axes
name them.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

from gapmeter_report.drawing.panels import (
    LEADER, SPACE, SWATCH, Panel, crossing_text, draw_entry, failure_text, series_text,
)
from gapmeter_report.drawing.sheet import EDGE, NOTE_HEIGHT, Box, Sheet, notes_in_lines
from gapmeter_report.drawing.style import LINE_HEIGHT, WIDTH
from gapmeter_report.drawing.text import fit, text_width
from gapmeter_report.models.series import Series

_LEFT, _TOP, _BOTTOM = 62.0, 56.0, 60.0
_PANEL_HEIGHTS, _LEAST_PANEL_HEIGHT = {1: 255.0, 2: 165.0}, 150.0
_EMPTY_HEIGHT = 70.0
_PANEL_SPACE = 16.0
_MOST_LABELS = 30


class Layout:
    """Where the parts of a kernel's chart go."""

    def __init__(self, panels: list[Panel], notes: Sequence[str] = ()) -> None:
        self._below = max(len(notes_in_lines(notes)) - 1, 0) * NOTE_HEIGHT
        self.direct = all(len(panel.series) <= _MOST_LABELS for panel in panels)
        self.key = [] if self.direct else list(_distinct(panels))
        widest = max((text_width(s.label) for s in self.key), default=0.0)
        self.key_columns = max(1, int((WIDTH - 2 * EDGE) / (widest + SWATCH + 20)))
        self.key_rows = math.ceil(len(self.key) / self.key_columns)
        bottom = _BOTTOM + self._below + (self.key_rows * LINE_HEIGHT + 6 if self.key else 0)
        width = WIDTH - _LEFT - self._right_margin(panels)
        self.boxes: list[Box] = []
        for panel in reversed(panels):
            height = self._data_height(panel, len(panels)) + panel.strip
            self.boxes.insert(0, Box(_LEFT, bottom, width, height))
            bottom = self.boxes[0].top + _PANEL_SPACE
        self.height = self.boxes[0].top + _TOP

    @property
    def key_bottom(self) -> float:
        """Where the key ends, above the notes."""
        return 30.0 + self._below

    def _data_height(self, panel: Panel, panels: int) -> float:
        if not panel.series:
            return _EMPTY_HEIGHT
        labels = len(panel.series) * LINE_HEIGHT if self.direct else 0
        return max(_PANEL_HEIGHTS.get(panels, _LEAST_PANEL_HEIGHT), labels)

    def _right_margin(self, panels: list[Panel]) -> float:
        texts = [failure_text(failure) for panel in panels for failure in panel.failures]
        texts += [crossing_text(crossing) for panel in panels for crossing in panel.crossings]
        if self.direct:
            texts += [series_text(series) for panel in panels for series in panel.series]
        if not texts:
            return 2 * EDGE
        widest = max(text_width(text) for text in texts)
        return LEADER + SWATCH + SPACE + widest + EDGE


def draw_key(sheet: Sheet, layout: Layout) -> None:
    """Name the series below the axes, in columns."""
    width = (WIDTH - 2 * EDGE) / layout.key_columns
    for index, series in enumerate(layout.key):
        column, row = divmod(index, layout.key_rows)
        y = layout.key_bottom + (layout.key_rows - row - 0.5) * LINE_HEIGHT
        text = fit(series.label, width - SWATCH)
        draw_entry(sheet, EDGE + column * width, y, series, text)


def _distinct(panels: Iterable[Panel]) -> Iterable[Series]:
    return {series.label: series for panel in panels for series in panel.series}.values()
