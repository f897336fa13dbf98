"""Charts inside a page: SVG that shares a document with other SVG."""

from __future__ import annotations

import re

from markupsafe import Markup, escape

_HEAD = re.compile(r".*?<svg[^>]* viewBox=\"([^\"]*)\"[^>]*>", re.DOTALL)
# The title would be a tooltip over all of the chart; the style would be that of the whole page.
_UNWANTED = re.compile(r"<(title|desc|metadata|style)\b.*?</\1>\s*", re.DOTALL)
_REFERENCE = re.compile(r'(?:xlink:href="|url\()#([^")]+)')
# All are as wide as what the chart was laid out with, or narrower.
_FONTS = "'DejaVu Sans', Verdana, sans-serif"
_ID = re.compile(r' id="([^"]*)"')


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
    return Markup(
        f'<svg role="img" aria-label="{escape(alt)}" viewBox="{head[1]}">{body.strip()}'
    )
