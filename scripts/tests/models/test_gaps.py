"""Gaps: what they are compared with, and what is said where there is none."""

from __future__ import annotations

from gapmeter_report.charts.gap import gap_chart
from helpers.artists import draw, lines, says
from helpers.builder import Builder


def test_a_kernel_without_python_variants_says_so(builder: Builder) -> None:
    builder.add("sum")
    builder.rows = builder.cells(lane="native")
    assert says(draw(gap_chart, builder), "no Python variant was run")


def test_a_python_row_without_a_gap_is_marked(reference_run: Builder) -> None:
    reference_run.clear("gap", "gap_ci_low", "gap_ci_high", kernel="sum", n=64)
    chart = draw(gap_chart, reference_run)
    assert [n for n, _ in lines(chart.figure.axes[0])["failed python/numpy"]] == [64]
    assert says(chart, "python/numpy: no native result")


def test_the_gap_chart_names_what_it_compares_with(reference_run: Builder) -> None:
    for row in reference_run.cells(kernel="sum", lane="python"):
        row["reference"] = "native/simd" if row["n"] <= 4096 else "native/strict"
    chart = draw(gap_chart, reference_run)
    fastest = "the fastest compiled variant: native/simd up to n = 4Ki, then native/strict"
    assert says(chart, fastest)
    for row in reference_run.cells(kernel="sum", lane="python"):
        row["reference"] = "native/f64"
    assert says(draw(gap_chart, reference_run), "compared with native/f64")
    reference_run.cells(kernel="sum", variant="python/loop", n=64)[0]["reference"] = "native/simd"
    chart = draw(gap_chart, reference_run)
    assert says(chart, "compared with several compiled variants: native/f64, native/simd")


def test_a_chart_says_that_another_denominator_was_chosen(reference_run: Builder) -> None:
    for against, name in (("rust", "fastest rust"), ("native/simd", "native/simd")):
        reference_run.metadata["against"] = against
        axes = draw(gap_chart, reference_run).figure.axes[0]
        assert axes.get_ylabel() == f"gap: Python time / {name} time"
