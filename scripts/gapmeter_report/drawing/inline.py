"""Charts inside a page: SVG that shares a document with other SVG, and the page's light or dark.

The colours of the house and of lanes that the scheme changes become custom properties of CSS, which
the page defines from page_colours(); any other looks well on either paper and stays as it is drawn.
"""

from __future__ import annotations

import re

from markupsafe import Markup, escape

from gapmeter_report.drawing import style
from gapmeter_report.loading.lanes import Colour, all_colours

_HOUSE = (
    Colour("paper", style.PAPER, "#15171B"),
    Colour("ink", style.INK, "#E6E7EA"),
    Colour("muted", style.MUTED, "#A3A8B0"),
    Colour("grid", style.GRID, "#2E3238"),
    Colour("alert", style.ALERT, "#3A2419"),
)
_BLACK = "#000000"

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


def page_colours() -> dict[str, Colour]:
    """The colours that are others where a page is dark, by their names."""
    return {c.name: c for c in (*_HOUSE, *all_colours()) if c.dark != c.light}


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
    properties = {c.light.lower(): f"var(--chart-{c.name})" for c in page_colours().values()}
    body = _TAG.sub(
        lambda tag: _DRAWN.sub(lambda drawn: properties.get(drawn[0], drawn[0]), tag[0]), body
    )
    # Matplotlib does not write black where it is what fills a shape anyway.
    return Markup(
        f'<svg role="img" aria-label="{escape(alt)}" viewBox="{head[1]}" '
        f'style="fill: {properties.get(_BLACK, _BLACK)}">{body.strip()}'
    )
