"""A lane that is added to lanes.json is all that charts and report need to show it."""

from __future__ import annotations

import json
from pathlib import Path

import gapmeter_report
import pytest
from gapmeter_report.charts.gap import gap_chart
from gapmeter_report.charts.ladder import ladder_chart
from gapmeter_report.charts.latency import latency_chart
from gapmeter_report.loading import lanes
from helpers.artists import draw, lines, says
from helpers.builder import Builder
from helpers.reports import page_of

LANES = Path(gapmeter_report.__file__).parent / "lanes.json"
ZIG = {
    "name": "zig", "side": "compiled", "worker": "program", "look": {
        "label": "Zig", "line": "dotted", "hollow": False,
        "colours": [{"name": "amber", "light": "#B7410E", "dark": "#FF8A50"}],
    },
}


@pytest.fixture
def four_lanes(builder: Builder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Builder:
    """A run with a variant of a fourth lane, which is listed between the others."""
    path = tmp_path / "lanes.json"
    entries = json.loads(LANES.read_text(encoding="utf-8"))
    path.write_text(json.dumps([entries[0], ZIG, *entries[1:]]), encoding="utf-8")
    monkeypatch.setattr(lanes, "_LANES", lanes.read_lanes(path))
    builder.add("sum", sizes=(16, 64, 256))
    builder.rows += [
        row | {"variant": "zig/simd", "lane": "zig"}
        for row in builder.cells(variant="native/simd")
    ]
    return builder


def test_its_lines_have_its_own_look(four_lanes: Builder) -> None:
    [axes] = draw(latency_chart, four_lanes).figure.axes
    drawn = {line.get_label(): line for line in axes.get_lines()}
    zig, native = drawn["zig/simd"], drawn["native/simd"]
    assert zig.get_color() == "#B7410E" and zig.get_linestyle() == ":"
    assert zig.get_markerfacecolor() == "#B7410E", "filled, as it is not hollow"
    assert native.get_color() != "#B7410E" and native.get_linestyle() == "-"


def test_a_compiled_lane_has_no_gap_of_its_own(four_lanes: Builder) -> None:
    drawn = lines(draw(gap_chart, four_lanes).figure.axes[0])
    assert "python/loop" in drawn and "zig/simd" not in drawn


def test_the_ladder_has_its_mark_and_names_the_lane(four_lanes: Builder) -> None:
    chart = draw(ladder_chart, four_lanes)
    assert says(chart, "full marks: native, Zig, Rust; hollow marks: Python")
    names = [tick.get_text() for tick in chart.figure.axes[0].get_yticklabels()]
    assert "zig/simd" in names


def test_the_report_defines_its_colour_in_light_and_dark(four_lanes: Builder) -> None:
    page_of(four_lanes)
    raw = (four_lanes.directory / "report.html").read_text(encoding="utf-8")
    assert "--chart-amber: #B7410E" in raw and "--chart-amber: #FF8A50" in raw
    assert "var(--chart-amber)" in raw


def test_without_it_the_lane_is_compiled_and_looks_like_any_that_is_not_declared(
    four_lanes: Builder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lanes, "_LANES", lanes.read_lanes(LANES))
    [axes] = draw(latency_chart, four_lanes).figure.axes
    drawn = {line.get_label(): line for line in axes.get_lines()}
    zig, native = drawn["zig/simd"], drawn["native/simd"]
    loop = drawn["python/loop"]
    assert zig.get_linestyle() not in (native.get_linestyle(), loop.get_linestyle())
    assert zig.get_color() != native.get_color()
    assert "zig/simd" not in lines(draw(gap_chart, four_lanes).figure.axes[0])
    legend = "full marks: native, Rust, zig; hollow marks: Python"
    assert says(draw(ladder_chart, four_lanes), legend)
