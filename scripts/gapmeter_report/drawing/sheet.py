"""The sheet that a chart is drawn on: a figure laid out by hand in points (1/72 inch).

The sizes of everything are known, and asking matplotlib to find a tight layout would cost more time
than drawing.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from io import StringIO
from typing import Any, NamedTuple

import matplotlib
from matplotlib.axes import Axes
from matplotlib.backend_bases import RendererBase
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import NullLocator
from matplotlib.transforms import Affine2D

from gapmeter_report.drawing import style
from gapmeter_report.drawing.style import SMALL_SIZE, WIDTH
from gapmeter_report.drawing.text import fit, in_lines

EDGE = 10.0
NOTE_HEIGHT = 10.0


class HouseFigure(Figure):
    """A figure that is drawn in the house style, whatever the settings of Matplotlib are by then:
    ticks are only made when it is drawn. A notebook shows it without pyplot."""

    def draw(self, renderer: RendererBase) -> None:
        """Draw it, and leave the settings as they were."""
        with matplotlib.rc_context(style.LOOK):
            super().draw(renderer)

    def _repr_svg_(self) -> str:
        buffer = StringIO()
        with matplotlib.rc_context(style.RC):
            self.savefig(buffer, format="svg")
        return buffer.getvalue()


class Box(NamedTuple):
    """A rectangle in points from the bottom left corner of the figure."""

    left: float
    bottom: float
    width: float
    height: float

    @property
    def right(self) -> float:
        return self.left + self.width

    @property
    def top(self) -> float:
        return self.bottom + self.height


@dataclass(frozen=True)
class Scale:
    """A logarithmic axis."""

    low: float
    high: float

    def fraction(self, value: float) -> float:
        """Where a value lies, from 0 at the low end to 1 at the high end."""
        return math.log(value / self.low) / math.log(self.high / self.low)

    def with_room_below(self, share: float) -> Scale:
        """The same range in the upper part of the axis, `share` of which stays free below."""
        return Scale(self.low / (self.high / self.low) ** (share / (1 - share)), self.high)


def notes_in_lines(notes: Sequence[str]) -> list[str]:
    """The notes below a chart; each line beyond the first needs NOTE_HEIGHT of room."""
    return in_lines(notes, WIDTH - 2 * EDGE, SMALL_SIZE)


class Sheet:
    """A blank figure with title and footer, on which things are placed in points."""

    def __init__(
        self, height: float, title: str, subtitle: str, footer: str, notes: Sequence[str] = ()
    ) -> None:
        self.figure = HouseFigure(figsize=(WIDTH / 72, height / 72))
        self._height = height
        self._points = Affine2D().scale(1 / 72) + self.figure.dpi_scale_trans
        width = WIDTH - 2 * EDGE
        size, weight = style.TITLE_SIZE, "bold"
        title = fit(title, width, size, weight)
        self.text(EDGE, height - 19, title, size=size, weight=weight)
        self.text(EDGE, height - 33, fit(subtitle, width), color=style.MUTED)
        for row, line in enumerate([footer, *reversed(notes_in_lines(notes))]):
            line = fit(line, width, SMALL_SIZE)
            self.text(EDGE, 8 + row * NOTE_HEIGHT, line, size=SMALL_SIZE, color=style.MUTED)

    def axes(self, box: Box, x: Scale, y: Scale) -> Axes:
        """Logarithmic axes without ticks."""
        axes = self._place(
            box, xscale="log", yscale="log", xlim=(x.low, x.high), ylim=(y.low, y.high)
        )
        axes.grid(True, axis="y")
        return axes

    def rows(self, box: Box, x: Scale | None, count: int) -> Axes:
        """Axes with rows from the top, the middle of each at 0, 1, ...; x may be linear from 0."""
        across = {"xscale": "log", "xlim": (x.low, x.high)} if x else {}
        axes = self._place(box, ylim=(count - 0.5, -0.5), **across)
        axes.spines["left"].set_visible(False)
        return axes

    def _place(self, box: Box, **options: Any) -> Axes:
        height = self._height
        axes = self.figure.add_axes(
            (box.left / WIDTH, box.bottom / height, box.width / WIDTH, box.height / height),
            **options,
        )
        for axis in (axes.xaxis, axes.yaxis):
            axis.set_minor_locator(NullLocator())
        return axes

    def text(self, x: float, y: float, text: str, **options: Any) -> None:
        """Write a text with its baseline at y."""
        if text:
            self.figure.text(x, y, text, transform=self._points, **options)

    def line(self, xs: Sequence[float], ys: Sequence[float], **options: Any) -> None:
        """Draw a line."""
        self.figure.add_artist(Line2D(xs, ys, transform=self._points, **options))

    def lines(self, segments: list[list[tuple[float, float]]], **options: Any) -> None:
        """Draw straight lines, each with its own options."""
        self.figure.add_artist(LineCollection(segments, transform=self._points, **options))
