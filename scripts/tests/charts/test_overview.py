"""The overview: what it shows of each kernel, and what it says where it has nothing to show."""

from __future__ import annotations

from gapmeter_report.charts.overview import overview_chart
from gapmeter_report.loading.run import load
from helpers.artists import lines, says
from helpers.builder import SIZES, Builder


def test_the_overview_shows_baseline_and_best_of_every_kernel(reference_run: Builder) -> None:
    chart = overview_chart(load(reference_run.write()))
    shown = [set(lines(axes)) for axes in chart.figure.axes]
    assert {"python/nothing"} <= shown[0]
    assert {"python/builtin", "python/numpy"} <= shown[1]
    assert {"python/comprehension", "python/numpy_out"} <= shown[2]
    assert says(chart, "baseline = best 21.8× nothing")
    assert says(chart, "baseline 33.9× builtin")


def test_the_overview_says_at_which_size_a_baseline_ended_early(reference_run: Builder) -> None:
    reference_run.fail("timeout", kernel="sum", variant="python/builtin", n=SIZES[-1])
    chart = overview_chart(load(reference_run.write()))
    assert says(chart, "baseline 45.1× at 4Mi builtin")
    assert [n for n, _ in lines(chart.figure.axes[1])["failed python/builtin"]] == [SIZES[-1]]


def test_the_overview_counts_failed_cells(reference_run: Builder) -> None:
    reference_run.fail("mismatch", kernel="sum", variant="native/simd")
    chart = overview_chart(load(reference_run.write()))
    assert says(chart, "11 failed ×")
    assert "11 cells failed" in chart.alt


def test_the_overview_tells_skipped_cells_from_failed_ones(reference_run: Builder) -> None:
    reference_run.fail("skipped", kernel="sum", variant="native/simd")
    reference_run.fail("crashed", kernel="sum", variant="native/f64", n=64)
    chart = overview_chart(load(reference_run.write()))
    assert says(chart, "1 failed ×, 11 skipped –")
    assert "1 cells failed. 11 cells were skipped." in chart.alt


def test_the_overview_names_the_threads_of_the_best_and_takes_a_baseline_of_one(
    builder: Builder,
) -> None:
    builder.add("sum").add_threads(4, variant="python/numpy").add_threads(4, lane="python")
    for row in builder.cells(threads=4):
        row["gap"] = row["gap_ci_low"] = row["gap_ci_high"] = row["gap"] / 3
    builder.rows = list({(r["variant"], r["n"], r["threads"]): r for r in builder.rows}.values())
    chart = overview_chart(load(builder.write()))
    assert says(chart, "numpy ×4")
    assert says(chart, "baseline 33.9× builtin")


def test_the_overview_says_why_a_baseline_has_no_gap(reference_run: Builder) -> None:
    reference_run.fail("crashed", kernel="sum", variant="python/builtin")
    chart = overview_chart(load(reference_run.write()))
    assert says(chart, "baseline builtin: crashed")


def test_the_overview_of_a_run_without_any_gap_draws(builder: Builder) -> None:
    builder.add("sum")
    builder.rows = builder.cells(lane="native")
    chart = overview_chart(load(builder.write()))
    assert says(chart, "no gap: no Python variant was run")


def test_the_overview_holds_twenty_kernels_without_overlap(builder: Builder) -> None:
    for i in range(20):
        builder.add(f"kernel_with_a_rather_long_name_{i}", sizes=(16, 4096), like="apply_weights")
    chart = overview_chart(load(builder.write()))
    assert len(chart.figure.axes) == 20
    boxes = [text.get_window_extent() for text in chart.figure.texts]
    assert not any(a.overlaps(b) for i, a in enumerate(boxes) for b in boxes[:i])
