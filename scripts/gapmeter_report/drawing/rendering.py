"""Rendering: from a chart to the bytes of a file, its alternative text included.

The renderers are matplotlib's, drawn with directly instead of through `savefig`, so that each text
is measured once and not again in every file.
"""

from __future__ import annotations

import html
from dataclasses import dataclass
from functools import lru_cache
from io import BytesIO, StringIO

import matplotlib
from matplotlib.backends.backend_agg import RendererAgg
from matplotlib.backends.backend_svg import RendererSVG
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from gapmeter_report.drawing import style

PNG_DPI = 120
SVG_DPI = 72

TextSize = tuple[float, float, float]  # width, height and descent, in pixels


@dataclass(frozen=True)
class Chart:
    """A figure, and the words for those who cannot see it."""

    figure: Figure
    title: str
    alt: str


def render(chart: Chart, kind: str) -> bytes:
    """The chart as the bytes of an svg or png file; the same chart gives the same bytes.

    The kind "inline" is an svg for a page, whose texts can be searched: a page has fonts.
    """
    if kind == "png":
        return _png(chart)
    if kind == "inline":
        return _svg(chart, {"svg.fonttype": "none"})
    return _described(_svg(chart, {}), chart.alt)


def _svg(chart: Chart, fonts: dict[str, str]) -> bytes:
    buffer = StringIO()
    width, height = _prepare(chart.figure, SVG_DPI)
    metadata = {"Title": chart.title, "Date": None, "Creator": "gapmeter"}
    with matplotlib.rc_context(style.RC | fonts):
        renderer = _SvgRenderer(width, height, buffer, image_dpi=SVG_DPI, metadata=metadata)
        chart.figure.draw(renderer)
        renderer.finalize()
    return buffer.getvalue().encode()


def _png(chart: Chart) -> bytes:
    width, height = _prepare(chart.figure, PNG_DPI)
    with matplotlib.rc_context(style.RC):
        renderer = _PngRenderer(width, height, PNG_DPI)
        chart.figure.draw(renderer)
    texts = PngInfo()
    for key, text in (("Title", chart.title), ("Description", chart.alt)):
        texts.add_text(key, text)
    buffer = BytesIO()
    # Nothing shows through a chart: without that channel there is a quarter less to compress.
    picture = Image.frombuffer(
        "RGBA", (int(renderer.width), int(renderer.height)), renderer.buffer_rgba()
    ).convert("RGB")
    # The default level takes half as long again for files as large.
    picture.save(buffer, "png", pnginfo=texts, dpi=(PNG_DPI, PNG_DPI), compress_level=3)
    return buffer.getvalue()


def _prepare(figure: Figure, dpi: int) -> tuple[float, float]:
    """Lay the figure out for a resolution; return its size in pixels."""
    figure.dpi = dpi
    width, height = figure.get_size_inches()
    return width * dpi, height * dpi


class _SvgRenderer(RendererSVG):
    def get_text_width_height_descent(
        self, s: str, prop: FontProperties, ismath: bool
    ) -> TextSize:
        return _size_in_svg(s, prop.copy())


class _PngRenderer(RendererAgg):
    def get_text_width_height_descent(
        self, s: str, prop: FontProperties, ismath: bool
    ) -> TextSize:
        return _size_in_png(s, prop.copy())


@lru_cache(maxsize=4096)
def _size_in_svg(text: str, font: FontProperties) -> TextSize:
    renderer = RendererSVG(1, 1, StringIO())
    return renderer.get_text_width_height_descent(text, font, ismath=False)


@lru_cache(maxsize=4096)
def _size_in_png(text: str, font: FontProperties) -> TextSize:
    renderer = RendererAgg(1, 1, PNG_DPI)
    return renderer.get_text_width_height_descent(text, font, ismath=False)


def _described(svg: bytes, alt: str) -> bytes:
    """Matplotlib writes <title> but has no way to write the <desc> that screen readers read."""
    description = f"</title>\n <desc>{html.escape(alt)}</desc>".encode()
    return svg.replace(b"</title>", description, 1)
