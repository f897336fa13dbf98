"""Reads pages in tests: their tags, attributes and texts."""

from __future__ import annotations

from html.parser import HTMLParser
from pathlib import Path

_VOID = {"meta", "br", "img", "link", "input", "hr"}


class Page(HTMLParser):
    """The tags of a page with their attributes, and its text outside of style sheets."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self._open: list[str] = []
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in _VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "style" not in self._open:
            self.text += " ".join(data.split()) + " "

    def values(self, tag: str, attribute: str) -> list[str | None]:
        """The attribute of each such tag."""
        return [attributes.get(attribute) for name, attributes in self.tags if name == tag]

    def attributes(self, *names: str) -> list[str]:
        """The values of these attributes, of all tags."""
        found = (attributes.get(name) for _, attributes in self.tags for name in names)
        return [value for value in found if value is not None]
