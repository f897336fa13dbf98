"""The states of cells in charts: their other speeds, and those that are mixed."""

from __future__ import annotations

import pytest
from gapmeter_report.charts.gap import gap_chart
from gapmeter_report.charts.latency import latency_chart
from helpers.artists import draw, lines, says
from helpers.builder import Builder

LOOP = {"variant": "python/loop", "n": 64}


@pytest.fixture
def run(builder: Builder) -> Builder:
    """Three sizes of a kernel, of which the loop takes 100 times as long as native at n = 64."""
    builder.add("sum", sizes=(16, 64, 256))
    for row in builder.cells(**LOOP):
        row.update(latency_ns=1000, latency_ci_low_ns=900, latency_ci_high_ns=9000, gap=100)
    return builder


def test_the_other_speed_of_a_cell_is_a_small_mark_at_its_n(run: Builder) -> None:
    run.set_state(where=LOOP, speeds="1000:5 8000:3")
    axes = draw(latency_chart, run).figure.axes[0]
    assert lines(axes)["other speeds python/loop"] == [(64, 8000)]
    [mark] = [line for line in axes.get_lines() if line.get_label() == "other speeds python/loop"]
    [line] = [line for line in axes.get_lines() if line.get_label() == "python/loop"]
    assert mark.get_markersize() < line.get_markersize() and mark.get_linestyle() == "None"


def test_of_three_speeds_two_are_beside_the_line(run: Builder) -> None:
    run.set_state(where=LOOP, speeds="200:2 1001:5 8000:1")
    drawn = lines(draw(latency_chart, run).figure.axes[0])
    assert drawn["other speeds python/loop"] == [(64, 200), (64, 8000)]


def test_a_gap_has_the_speeds_of_its_latency(run: Builder) -> None:
    run.set_state(where=LOOP, speeds="1000:5 8000:3")
    drawn = lines(draw(gap_chart, run).figure.axes[0])
    [mark] = drawn["other speeds python/loop"]
    assert mark == pytest.approx((64, 800))


def test_the_axis_has_room_for_every_speed(run: Builder) -> None:
    run.set_state(where=LOOP, speeds="1000:5 1e9:3")
    assert draw(latency_chart, run).figure.axes[0].get_ylim()[1] > 1e9


def test_a_mixed_cell_has_a_ring(run: Builder) -> None:
    run.set_state(where=LOOP, state="mixed")
    for what, value in ((latency_chart, 1000), (gap_chart, 100)):
        chart = draw(what, run)
        assert lines(chart.figure.axes[0])["mixed python/loop"] == [(64, value)]
        assert says(chart, "ring: mixed, too few slices were undisturbed")


def test_a_gap_is_mixed_where_its_reference_is(run: Builder) -> None:
    reference = run.cells(**LOOP)[0]["reference"]
    run.set_state(where={"variant": reference, "n": 64}, state="mixed")
    assert "mixed python/loop" in lines(draw(gap_chart, run).figure.axes[0])
    assert "mixed python/loop" not in lines(draw(latency_chart, run).figure.axes[0])


def test_steady_cells_have_no_such_marks(run: Builder) -> None:
    run.set_state(where={}, state="undisturbed", speeds="")
    chart = draw(latency_chart, run)
    drawn = lines(chart.figure.axes[0])
    assert not any(name.startswith(("other", "mixed", "tie")) for name in drawn)
    assert not says(chart, "ring") and not says(chart, "small marks")
