"""Panels: axes, lines, intervals, and the marks of failed cells."""

from __future__ import annotations

import math

import pytest
from gapmeter_report.charts.gap import gap_chart
from gapmeter_report.charts.latency import latency_chart
from helpers.artists import ALL, Draw, draw, lines, says
from helpers.builder import SIZES, Builder
from matplotlib.collections import PolyCollection


def test_both_axes_are_logarithmic_and_named(reference_run: Builder) -> None:
    for what in ALL:
        for axes in draw(what, reference_run).figure.axes:
            assert (axes.get_xscale(), axes.get_yscale()) == ("log", "log")
            assert axes.get_ylabel()
        assert axes.get_xlabel() == "input size n (elements)"


def test_a_line_goes_through_the_measured_values(reference_run: Builder) -> None:
    chart = draw(latency_chart, reference_run)
    cells = reference_run.cells(kernel="sum", variant="native/simd")
    points = [(cell["n"], cell["latency_ns"]) for cell in cells]
    assert lines(chart.figure.axes[0])["native/simd"] == points


@pytest.mark.parametrize("what", [latency_chart, gap_chart])
@pytest.mark.parametrize("n", [0, 1, 16])
def test_a_single_size_draws_and_is_named(builder: Builder, what: Draw, n: int) -> None:
    axes = draw(what, builder.add("empty", sizes=(n,)), "empty").figure.axes[0]
    assert [tick.get_text() for tick in axes.get_xticklabels()] == [str(n)]
    low, high = axes.get_xlim()
    assert low < lines(axes)["python/nothing"][0][0] < high


def test_a_line_is_interrupted_where_a_cell_failed(reference_run: Builder) -> None:
    reference_run.fail("crashed", kernel="sum", variant="python/loop", n=1024)
    points = dict(lines(draw(latency_chart, reference_run).figure.axes[0])["python/loop"])
    assert math.isnan(points[1024])
    assert points[256] > 0 and points[4096] > 0


def test_failed_cells_are_marked_in_every_chart(reference_run: Builder) -> None:
    failed = ("mismatch", "error", "timeout", "crashed", "oom", "skipped")
    for n, status in zip(SIZES[::2], failed):
        reference_run.fail(status, kernel="sum", variant="python/loop", n=n)
    for what in ALL:
        chart = draw(what, reference_run)
        drawn = lines(chart.figure.axes[0])
        assert [n for n, _ in drawn["failed python/loop"]] == list(SIZES[:10:2])
        assert [n for n, _ in drawn["skipped python/loop"]] == [SIZES[10]]
        assert f"python/loop: {', '.join(failed)} at n = 16 to 16Mi (6 sizes)" in chart.alt


def test_the_strip_of_failed_cells_names_variant_and_status(reference_run: Builder) -> None:
    reference_run.fail("timeout", kernel="sum", variant="python/loop", n=1024)
    for what in ALL:
        chart = draw(what, reference_run)
        assert says(chart, "python/loop: timeout")
        assert "python/loop: timeout at n = 1Ki" in chart.alt


def test_the_strip_tells_skipped_cells_from_failed_ones(reference_run: Builder) -> None:
    reference_run.fail("skipped", kernel="sum", variant="python/loop", n=1024)
    reference_run.fail("crashed", kernel="sum", variant="python/loop", n=64)
    found = draw(latency_chart, reference_run).figure.axes[0].get_lines()
    marks = {line.get_label(): (line.get_marker(), list(line.get_xdata())) for line in found}
    assert marks["failed python/loop"] == ("x", [64])
    assert marks["skipped python/loop"] == ("_", [1024])


def test_a_mark_of_failure_has_the_colour_of_its_variant(reference_run: Builder) -> None:
    reference_run.fail("timeout", kernel="sum", variant="python/loop", n=1024)
    found = draw(latency_chart, reference_run).figure.axes[0].get_lines()
    colours = {line.get_label(): line.get_color() for line in found}
    assert colours["failed python/loop"] == colours["python/loop"]


def test_marks_of_failure_lie_below_all_values(reference_run: Builder) -> None:
    reference_run.fail("timeout", kernel="sum", n=1024)
    axes = draw(latency_chart, reference_run).figure.axes[0]
    marks = {name: points for name, points in lines(axes).items() if name.startswith("failed")}
    assert len(marks) == 8
    share = max(points[0][1] for points in marks.values())
    low, high = axes.get_ylim()
    fastest = min(row["latency_ns"] for row in reference_run.cells(kernel="sum", status="ok"))
    assert share < math.log(fastest / low) / math.log(high / low)


def test_a_missing_interval_draws_without_a_band(reference_run: Builder) -> None:
    reference_run.clear("gap_ci_low", "gap_ci_high", "latency_ci_low_ns", "latency_ci_high_ns")
    for what in (latency_chart, gap_chart):
        chart = draw(what, reference_run)
        assert not chart.figure.axes[0].collections
        assert not says(chart, "confidence interval")


def test_an_interval_draws_a_band_and_says_what_it_is(reference_run: Builder) -> None:
    chart = draw(gap_chart, reference_run)
    bands = [c for c in chart.figure.axes[0].collections if isinstance(c, PolyCollection)]
    assert len(bands) == 4
    assert says(chart, "confidence interval")


def test_an_interval_at_a_size_that_stands_alone_is_a_bar(builder: Builder) -> None:
    builder.add("sum", sizes=(16,))
    axes = draw(gap_chart, builder).figure.axes[0]
    cell = builder.cells(variant="python/loop")[0]
    segments = [segment for bar in axes.collections for segment in bar.get_segments()]
    assert any(
        sorted(segment[:, 1]) == pytest.approx([cell["gap_ci_low"], cell["gap_ci_high"]])
        for segment in segments
    )
