"""The rooms of the package: which may use which, and that each file says what it is for."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import gapmeter_report
import pytest

PACKAGE = Path(gapmeter_report.__file__).parent
# From the bottom: each may use itself and those before it.
ROOMS = ("loading", "models", "drawing", "charts", "pages", "")
FILES = sorted(PACKAGE.rglob("*.py"))


def room_of(module: str) -> str:
    """The room of a dotted name below the package; "" is what lies beside the rooms."""
    first = module.partition(".")[0]
    return first if first in ROOMS else ""


def imported(tree: ast.Module) -> Iterator[str]:
    """What a file imports of the package, below its name."""
    for node in ast.walk(tree):
        names = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        yield from (name.partition(".")[2] for name in names if name.startswith("gapmeter_report"))


def upward(path: str, source: str) -> list[str]:
    """The imports of a file that point to a room above its own."""
    own = ROOMS.index(room_of(path.removesuffix(".py").replace("/", ".")))
    found = imported(ast.parse(source))
    return [name for name in found if ROOMS.index(room_of(name)) > own]


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(PACKAGE)))
def test_no_file_uses_a_room_above_its_own(file: Path) -> None:
    assert upward(str(file.relative_to(PACKAGE)), file.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(PACKAGE)))
def test_every_file_says_what_it_is_for(file: Path) -> None:
    assert ast.get_docstring(ast.parse(file.read_text(encoding="utf-8")))


def test_an_upward_import_is_found_however_it_is_written() -> None:
    for line in (
        "from gapmeter_report.drawing import style", "import gapmeter_report.drawing.style",
        "from gapmeter_report import drawing", "from gapmeter_report.drawing.style import RC",
    ):
        assert upward("models/x.py", f"def f():\n    {line}") != []
        assert upward("charts/x.py", line) == []
    assert upward("pages/x.py", "from gapmeter_report import load") == ["load"]


def test_every_folder_is_a_room_or_holds_templates() -> None:
    folders = {path.name for path in PACKAGE.iterdir() if path.is_dir()} - {"__pycache__"}
    assert folders == {room for room in ROOMS if room} | {"templates"}
