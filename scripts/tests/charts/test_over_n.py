"""The charts of a kernel over n: what is never left out of one, and what always draws."""

from __future__ import annotations

from gapmeter_report.charts.gap import gap_chart
from gapmeter_report.charts.latency import latency_chart
from gapmeter_report.drawing.rendering import render
from helpers.artists import ALL, draw, lines, says
from helpers.builder import Builder


def render_all(builder: Builder, kernel: str) -> None:
    """Draw all charts to the end: some of what matplotlib cannot draw only fails there."""
    for what in ALL:
        assert b"</svg>" in render(draw(what, builder, kernel), "svg")


def test_a_mismatch_is_never_charted_even_with_a_latency(reference_run: Builder) -> None:
    for row in reference_run.cells(kernel="sum", variant="native/simd"):
        row["status"] = "mismatch"
    chart = draw(latency_chart, reference_run)
    assert "native/simd" not in lines(chart.figure.axes[0])
    assert says(chart, "native/simd: mismatch")


def test_a_kernel_without_any_result_says_so(reference_run: Builder) -> None:
    reference_run.fail("error", kernel="sum")
    render_all(reference_run, "sum")
    assert says(draw(latency_chart, reference_run), "No variant finished")
    assert says(draw(gap_chart, reference_run), "No gap: nothing to compare")
    for what in ALL:
        chart = draw(what, reference_run)
        assert "python/loop" not in lines(chart.figure.axes[0])
        assert "python/loop: error at n = 16 to 16Mi (11 sizes)" in chart.alt


def test_a_kernel_that_left_no_rows_says_so(reference_run: Builder) -> None:
    reference_run.rows = reference_run.cells(kernel="sum")
    render_all(reference_run, "empty")
    assert says(draw(latency_chart, reference_run, "empty"), "No variant finished")


def test_a_kernel_that_counts_nothing_has_all_its_charts(builder: Builder) -> None:
    builder.add("empty", sizes=(0,)).metadata["kernels"]["empty"].update(item=None, baseline=None)
    render_all(builder, "empty")


def test_a_single_variant_draws(builder: Builder) -> None:
    builder.add("sum")
    builder.rows = builder.cells(variant="python/loop")
    render_all(builder, "sum")
