"""The width of texts in points, and texts cut to a width."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from matplotlib.backends.backend_agg import RendererAgg
from matplotlib.font_manager import FontProperties

from gapmeter_report.drawing.style import RC, TEXT_SIZE


@lru_cache(maxsize=4096)
def text_width(text: str, size: float = TEXT_SIZE, weight: str = "normal") -> float:
    """The width of a text in points."""
    font = FontProperties(family=RC["font.family"], size=size, weight=weight)
    # Measured large, because hinting rounds the widths of small letters.
    return float(_renderer().get_text_width_height_descent(text, font, ismath=False)[0]) / 4


@lru_cache(maxsize=1)
def _renderer() -> RendererAgg:
    return RendererAgg(1, 1, 72 * 4)


def fit_name(name: str, said: str, width: float) -> str:
    """A name and what is said of it within `width`; the name is cut first, down to half of it."""
    name = fit(name, max(width - text_width(said), width / 2))
    return name + fit(said, width - text_width(name))


def in_lines(
    parts: Sequence[str], width: float, size: float = TEXT_SIZE, separator: str = " · "
) -> list[str]:
    """The parts, as many in a line as there is room for; one that is wider than a line is cut."""
    lines: list[str] = []
    for part in parts:
        joined = separator.join([lines[-1], part]) if lines else part
        if lines and text_width(joined, size) <= width:
            lines[-1] = joined
        else:
            lines.append(fit(part, width, size))
    return lines


def fit(text: str, width: float, size: float = TEXT_SIZE, weight: str = "normal") -> str:
    """The text, cut with an ellipsis if it is wider than `width` points."""
    if len(text) <= 200 and text_width(text, size, weight) <= width:
        return text
    length = min(len(text), 200)
    while length and text_width(text[:length].rstrip() + "…", size, weight) > width:
        length -= 1
    return text[:length].rstrip() + "…"
