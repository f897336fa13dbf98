"""Lanes: lanes.json is the only list of them."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import gapmeter_report
import pytest
from gapmeter_report.loading import lanes
from gapmeter_report.loading.errors import LoadError

PACKAGE = Path(gapmeter_report.__file__).parent
LANES = json.loads((PACKAGE / "lanes.json").read_text(encoding="utf-8"))


def test_lanes_stand_in_the_order_of_the_file_with_side_and_look() -> None:
    assert [lane.name for lane in lanes.all_lanes()] == [entry["name"] for entry in LANES]
    for entry in LANES:
        lane = lanes.lane_named(entry["name"])
        assert lane.side == entry["side"] and lane.label == entry["look"]["label"]
        assert lane.name in lanes.lane_names(lane.side)


def test_a_label_of_an_engine_belongs_to_the_lane_before_it() -> None:
    assert lanes.lane_name("python@3.13/builtin") == "python"
    assert lanes.is_of_lane("python@3.13/builtin", "python")
    assert not lanes.is_of_lane("pythonic/builtin", "python")
    assert not lanes.is_of_lane("python", "python")


def test_lanes_differ_by_more_than_colour() -> None:
    assert len({(lane.line, lane.hollow) for lane in lanes.all_lanes()}) == len(LANES)
    colours = [colour.light for lane in lanes.all_lanes() for colour in lane.colours]
    assert len(set(colours)) == len(colours)


@pytest.mark.parametrize(
    "entry", [3, {}, LANES[0] | {"side": "left"}, LANES[0] | {"look": {}}, LANES[0] | {"look": 3}]
)
def test_a_file_that_lists_no_lanes_is_refused(tmp_path: Path, entry: Any) -> None:
    path = tmp_path / "lanes.json"
    path.write_text(json.dumps([entry]), encoding="utf-8")
    with pytest.raises(LoadError, match="lanes.json: is no list of lanes"):
        lanes.read_lanes(path)


def test_no_module_compares_with_the_name_of_a_lane() -> None:
    names = "|".join(entry["name"] for entry in LANES)
    # Comparing, looking up, or cutting a variant's name; run.json and SIDES have such keys, too.
    switch = re.compile(rf"""(==|!=|\bin\b|startswith\(|\[) ?\(?["']({names})[/@"']""")
    for path in PACKAGE.rglob("*.py"):
        found = [line for line in path.read_text(encoding="utf-8").splitlines()
                 if switch.search(line)]
        assert not found, path
