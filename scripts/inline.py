"""Charts inside a page: SVG that shares a document with other SVG, and the page's light or dark.

The house colours that the scheme changes become custom properties of CSS, which the page defines
from COLOURS; what is not there looks well on either paper and stays as it was drawn.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from markupsafe import Markup, escape

import style


class Colour(NamedTuple):
    """A colour as charts are drawn with it, on white, and what it is in the dark."""

    light: str
    dark: str


# Lines in the dark have a contrast of 3 to the paper or more. Sky blue is not too dark itself, but
# would come too near to the lightened blue.
COLOURS = {
    "paper": Colour(style.PAPER, "#15171B"),
    "ink": Colour(style.INK, "#E6E7EA"),
    "muted": Colour(style.MUTED, "#A3A8B0"),
    "grid": Colour(style.GRID, "#2E3238"),
    "alert": Colour(style.ALERT, "#3A2419"),
    "blue": Colour("#0072B2", "#2583C9"),
    "sky": Colour("#56B4E9", "#86CEF7"),
    "black": Colour("#000000", "#FFFFFF"),
    "yellow": Colour("#A89B00", "#F0E442"),
    "brown": Colour("#8C3B00", "#FFC9A8"),
}

_HEAD = re.compile(r".*?<svg[^>]* viewBox=\"([^\"]*)\"[^>]*>", re.DOTALL)
# The title would be a tooltip over all of the chart; the style would be that of the whole page.
_UNWANTED = re.compile(r"<(title|desc|metadata|style)\b.*?</\1>\s*", re.DOTALL)
_REFERENCE = re.compile(r'(?:xlink:href="|url\()#([^")]+)')
# All are as wide as what the chart was laid out with, or narrower.
_FONTS = "'DejaVu Sans', Verdana, sans-serif"
_ID = re.compile(r' id="([^"]*)"')
# In tags only: a title may spell a colour, too.
_TAG = re.compile(r"<[^<>]+>")
_DRAWN = re.compile(r"(?<=: )#[0-9a-f]{6}\b")
_PROPERTIES = {
    colour.light.lower(): f"var(--chart-{name})" for name, colour in COLOURS.items()
}


def inline_svg(svg: bytes, alt: str, prefix: str) -> Markup:
    """An SVG file of ours as an element of a page, its ids made unique by the prefix.

    Matplotlib numbers its ids anew in each file; only those that something refers to are kept.
    """
    text = svg.decode()
    head = _HEAD.match(text)
    if head is None:
        raise ValueError("not an SVG that matplotlib wrote")
    body = _UNWANTED.sub("", text[head.end():])
    wanted = set(_REFERENCE.findall(body))
    body = _ID.sub(lambda m: f' id="{prefix}-{m[1]}"' if m[1] in wanted else "", body)
    body = body.replace('xlink:href="#', f'href="#{prefix}-').replace("url(#", f"url(#{prefix}-")
    # Safe: all but the alternative text was drawn here, and matplotlib escapes what it is given.
    body = body.replace("'DejaVu Sans'", _FONTS)
    body = _TAG.sub(lambda tag: _DRAWN.sub(_property, tag[0]), body)
    # Matplotlib does not write black where it is what fills a shape anyway.
    return Markup(
        f'<svg role="img" aria-label="{escape(alt)}" viewBox="{head[1]}" '
        f'style="fill: {_PROPERTIES["#000000"]}">{body.strip()}'
    )


def _property(drawn: re.Match[str]) -> str:
    return _PROPERTIES.get(drawn[0], drawn[0])
