"""The arrows between the rooms of harness/ point one way, and docs/architecture.md draws them so.

harness/CMakeLists.txt says which rooms each room includes. Every include is held against it.
"""

from __future__ import annotations

import re
from pathlib import Path

HARNESS = Path(__file__).resolve().parents[1]
ROOT = HARNESS.parent


def declared_rooms() -> dict[str, set[str]]:
    """What each room names after ABOVE, in the order of harness/CMakeLists.txt."""
    text = (HARNESS / "CMakeLists.txt").read_text()
    calls = re.findall(r"^gapmeter_room\((\w+)\s+(?:ABOVE ([\w ]+?)\s+)?SOURCES", text, re.M)
    return {name: set(above.split()) for name, above in calls}


def reachable(rooms: dict[str, set[str]], room: str) -> set[str]:
    """A room, and all that it may include directly or through others."""
    found = {room}
    for other in rooms[room]:
        found |= reachable(rooms, other)
    return found


def included_rooms(path: Path) -> set[str]:
    return set(re.findall(r'^\s*#\s*include "harness/(\w+)/', path.read_text(), re.M))


def sources_of(room: str) -> list[Path]:
    return sorted(p for p in (HARNESS / room).rglob("*") if p.suffix in {".h", ".cpp"})


def test_every_folder_is_a_room_and_names_only_rooms_declared_before_it() -> None:
    rooms = declared_rooms()
    others = {"python", "rust", "rust_crates", "tests"}
    folders = {p.name for p in HARNESS.iterdir() if p.is_dir()} - others
    assert set(rooms) == folders
    before: set[str] = set()
    for room, above in rooms.items():
        assert above <= before, f"{room} names a room that is declared after it"
        before.add(room)


def test_no_include_points_upwards() -> None:
    rooms = declared_rooms()
    wrong = []
    for room in rooms:
        allowed = reachable(rooms, room)
        for path in sources_of(room):
            for other in sorted(included_rooms(path) - allowed):
                wrong.append(f"{path.relative_to(ROOT)} includes {other}/")
    assert not wrong, "\n".join(wrong)


def test_a_unit_test_includes_nothing_above_its_room() -> None:
    rooms = declared_rooms()
    wrong = []
    for room in rooms:
        allowed = reachable(rooms, room) | {"tests"}
        for path in sorted((HARNESS / "tests" / "unit" / room).rglob("*.cpp")):
            for other in sorted(included_rooms(path) - allowed):
                wrong.append(f"{path.relative_to(ROOT)} includes {other}/")
    assert not wrong, "\n".join(wrong)


def test_every_source_is_built_by_its_room() -> None:
    text = (HARNESS / "CMakeLists.txt").read_text()
    # The Python worker is compiled for each interpreter, and Highway's timer into each program.
    elsewhere = {"python_worker.cpp", "highway_timer.cpp"}
    for room in declared_rooms():
        for path in sources_of(room):
            name = path.relative_to(HARNESS / room).as_posix()
            if path.suffix == ".cpp" and name not in elsewhere and "/commands/" not in f"/{name}":
                assert re.search(rf"\b{re.escape(name)}\b", text), f"{room}/{name} is in no room"


def test_only_one_file_includes_pybind11() -> None:
    users = [
        path.relative_to(ROOT).as_posix()
        for room in declared_rooms()
        for path in sources_of(room)
        if "#include <pybind11/" in path.read_text()
    ]
    assert users == ["harness/worker/python_worker.cpp"]


def test_the_docs_draw_these_arrows() -> None:
    text = (ROOT / "docs" / "architecture.md").read_text()
    drawn = {
        name: set(re.findall(r"\w+", arrows))
        for name, arrows in re.findall(r"^(\w+)/ .*→ ?([\w, ]*)$", text, re.M)
    }
    assert drawn == declared_rooms()
