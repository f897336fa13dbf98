"""Rendering: from a chart to the bytes of a file, its alternative text included."""

from __future__ import annotations

import html
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import matplotlib
from matplotlib.figure import Figure

import style

PNG_DPI = 120


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
    buffer = BytesIO()
    options: dict[str, Any] = {"metadata": {"Title": chart.title}}
    if kind == "png":
        options["metadata"] |= {"Description": chart.alt, "Software": None}
        # The default level takes half as long again for files as large.
        options |= {"dpi": PNG_DPI, "pil_kwargs": {"compress_level": 3}}
    else:
        options["metadata"] |= {"Date": None, "Creator": "gapmeter"}
    fonts = {"svg.fonttype": "none"} if kind == "inline" else {}
    with matplotlib.rc_context(style.RC | fonts):
        chart.figure.savefig(buffer, format="svg" if kind == "inline" else kind, **options)
    return _described(buffer.getvalue(), chart.alt) if kind == "svg" else buffer.getvalue()


def _described(svg: bytes, alt: str) -> bytes:
    """Matplotlib writes <title> but has no way to write the <desc> that screen readers read."""
    description = f"</title>\n <desc>{html.escape(alt)}</desc>".encode()
    return svg.replace(b"</title>", description, 1)
