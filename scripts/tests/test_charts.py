"""Charts: what is in a figure, read from its artists; and what is never left out of one."""

from __future__ import annotations

import math
from collections.abc import Callable

import charts
import pytest
from charts import Chart, Subject
from conftest import MIB, SIZES, Builder
from loading import Cache, Run, load_run
from matplotlib.axes import Axes
from matplotlib.collections import PolyCollection

ALL = list(charts.KERNEL_CHARTS.values())
Draw = Callable[..., Chart]


def draw(what: Draw, builder: Builder, kernel: str = "sum") -> Chart:
    """One chart of a kernel."""
    run = load_run(builder.write())
    return what(run.rows(kernel), subject_of(run, kernel))


def render_all(builder: Builder, kernel: str) -> None:
    """Draw all charts to the end: some of what matplotlib cannot draw only fails there."""
    for what in ALL:
        assert b"</svg>" in charts.render(draw(what, builder, kernel), "svg")


def subject_of(run: Run, kernel: str) -> Subject:
    return next(s for s in charts.subjects(run) if s.kernel.name == kernel)


def lines(axes: Axes) -> dict[str, list[tuple[float, float]]]:
    """The points of each labelled line."""
    return {line.get_label(): list(zip(*line.get_data())) for line in axes.get_lines()}


def texts(chart: Chart) -> list[str]:
    """Everything that is written on the figure."""
    axes = chart.figure.axes
    written = [*chart.figure.texts, *(text for a in axes for text in a.texts)]
    ticks = [t for a in axes for t in (*a.get_xticklabels(), *a.get_yticklabels())]
    return [text.get_text() for text in (*written, *ticks)]


def says(chart: Chart, words: str) -> bool:
    return any(words in text for text in texts(chart))


def test_every_variant_is_in_the_latency_chart(reference_run: Builder) -> None:
    chart = draw(charts.latency_chart, reference_run, "apply_weights")
    variants = {row["variant"] for row in reference_run.cells(kernel="apply_weights")}
    assert len(variants) == 9
    assert variants <= set(lines(chart.figure.axes[0]))
    assert variants <= set(texts(chart))


def test_a_line_goes_through_the_measured_values(reference_run: Builder) -> None:
    chart = draw(charts.latency_chart, reference_run)
    cells = reference_run.cells(kernel="sum", variant="native/simd")
    points = [(cell["n"], cell["latency_ns"]) for cell in cells]
    assert lines(chart.figure.axes[0])["native/simd"] == points


def test_both_axes_are_logarithmic_and_named(reference_run: Builder) -> None:
    for what in ALL:
        for axes in draw(what, reference_run).figure.axes:
            assert (axes.get_xscale(), axes.get_yscale()) == ("log", "log")
            assert axes.get_ylabel()
        assert axes.get_xlabel() == "input size n [element]"


def test_a_variant_looks_the_same_in_all_charts_of_a_run(reference_run: Builder) -> None:
    run = load_run(reference_run.write())
    looks = set()
    for subject in charts.subjects(run):
        for what in ALL:
            for axes in what(run.rows(subject.kernel.name), subject).figure.axes:
                looks |= {(line.get_color(), line.get_marker())
                          for line in axes.get_lines() if line.get_label() == "python/numpy"}
    assert len(looks) == 1


def test_the_baselines_of_all_kernels_have_one_colour(reference_run: Builder) -> None:
    reference_run.metadata["kernels"]["sum"]["baseline"] = "python/loop"
    found = charts.subjects(load_run(reference_run.write()))
    assert len({s.looks.of(s.kernel.baseline or "").colour for s in found}) == 1


def test_labels_at_the_line_ends_do_not_overlap(reference_run: Builder) -> None:
    chart = draw(charts.rss_chart, reference_run, "apply_weights")
    labels = [t for t in chart.figure.texts if "B/element" in t.get_text()]
    boxes = [label.get_window_extent() for label in labels]
    assert len(boxes) == 18
    assert not any(a.overlaps(b) for i, a in enumerate(boxes) for b in boxes[:i])


def test_no_text_leaves_the_figure(reference_run: Builder) -> None:
    reference_run.metadata["machine"]["cpu"] = "A very long name of a processor " * 20
    reference_run.metadata["kernels"]["sum"]["title"] = "A very long title " * 50
    for what in ALL:
        figure = draw(what, reference_run).figure
        for text in figure.texts:
            box = text.get_window_extent()
            assert box.x0 >= 0 and box.x1 <= figure.bbox.x1 + 1, text.get_text()


def test_a_long_name_leaves_room_for_what_is_said_of_it(reference_run: Builder) -> None:
    for row in reference_run.cells(kernel="sum", variant="python/loop"):
        row["variant"] = "python/" + "long" * 50
    reference_run.fail("timeout", kernel="sum", variant="python/" + "long" * 50, n=1024)
    chart = draw(charts.gap_chart, reference_run)
    assert says(chart, "…  99×")
    assert says(chart, "…: timeout")


def test_threads_are_series_of_their_own(builder: Builder) -> None:
    builder.add("sum")
    builder.rows += [dict(row, threads=2) for row in builder.cells(lane="native")]
    drawn = lines(draw(charts.latency_chart, builder).figure.axes[0])
    assert {"native/simd", "native/simd ×2", "python/loop"} <= set(drawn)


def test_too_many_series_for_labels_are_named_in_a_key(builder: Builder) -> None:
    builder.add("sum", sizes=(16, 64))
    for threads in range(2, 6):
        builder.rows += [dict(row, threads=threads) for row in builder.cells(threads=1)]
    chart = draw(charts.latency_chart, builder)
    assert texts(chart).count("native/simd ×5") == 1


def test_failed_cells_are_marked_in_every_chart(reference_run: Builder) -> None:
    failed = ("mismatch", "error", "timeout", "crashed", "oom", "skipped")
    for n, status in zip(SIZES[::2], failed):
        reference_run.fail(status, kernel="sum", variant="python/loop", n=n)
    for what in ALL:
        chart = draw(what, reference_run)
        drawn = lines(chart.figure.axes[0])
        assert [n for n, _ in drawn["failed python/loop"]] == list(SIZES[::2])
        assert f"python/loop: {', '.join(failed)} at n = 16 to 16 Mi (6 sizes)" in chart.alt


def test_the_strip_of_failed_cells_names_variant_and_status(reference_run: Builder) -> None:
    reference_run.fail("timeout", kernel="sum", variant="python/loop", n=1024)
    for what in ALL:
        chart = draw(what, reference_run)
        assert says(chart, "python/loop: timeout")
        assert "python/loop: timeout at n = 1 Ki" in chart.alt


def test_a_mark_of_failure_has_the_colour_of_its_variant(reference_run: Builder) -> None:
    reference_run.fail("timeout", kernel="sum", variant="python/loop", n=1024)
    found = draw(charts.latency_chart, reference_run).figure.axes[0].get_lines()
    colours = {line.get_label(): line.get_color() for line in found}
    assert colours["failed python/loop"] == colours["python/loop"]


def test_marks_of_failure_lie_below_all_values(reference_run: Builder) -> None:
    reference_run.fail("timeout", kernel="sum", n=1024)
    axes = draw(charts.latency_chart, reference_run).figure.axes[0]
    marks = {name: points for name, points in lines(axes).items() if name.startswith("failed")}
    assert len(marks) == 8
    share = max(points[0][1] for points in marks.values())
    low, high = axes.get_ylim()
    fastest = min(row["latency_ns"] for row in reference_run.cells(kernel="sum", status="ok"))
    assert share < math.log(fastest / low) / math.log(high / low)


def test_a_line_is_interrupted_where_a_cell_failed(reference_run: Builder) -> None:
    reference_run.fail("crashed", kernel="sum", variant="python/loop", n=1024)
    points = dict(lines(draw(charts.latency_chart, reference_run).figure.axes[0])["python/loop"])
    assert math.isnan(points[1024])
    assert points[256] > 0 and points[4096] > 0


def test_a_mismatch_is_never_charted_even_with_a_latency(reference_run: Builder) -> None:
    for row in reference_run.cells(kernel="sum", variant="native/simd"):
        row["status"] = "mismatch"
    chart = draw(charts.latency_chart, reference_run)
    assert "native/simd" not in lines(chart.figure.axes[0])
    assert says(chart, "native/simd: mismatch")


def test_a_kernel_without_any_result_says_so(reference_run: Builder) -> None:
    reference_run.fail("error", kernel="sum")
    render_all(reference_run, "sum")
    assert says(draw(charts.latency_chart, reference_run), "No variant finished")
    assert says(draw(charts.gap_chart, reference_run), "No gap: nothing to compare")
    for what in ALL:
        chart = draw(what, reference_run)
        assert "python/loop" not in lines(chart.figure.axes[0])
        assert "python/loop: error at n = 16 to 16 Mi (11 sizes)" in chart.alt


def test_a_kernel_that_left_no_rows_says_so(reference_run: Builder) -> None:
    reference_run.rows = reference_run.cells(kernel="sum")
    render_all(reference_run, "empty")
    assert says(draw(charts.latency_chart, reference_run, "empty"), "No variant finished")


def test_a_kernel_without_python_variants_says_so(builder: Builder) -> None:
    builder.add("sum")
    builder.rows = builder.cells(lane="native")
    assert says(draw(charts.gap_chart, builder), "no Python variant was run")


def test_a_python_row_without_a_gap_is_marked(reference_run: Builder) -> None:
    reference_run.clear("gap", "gap_ci_low", "gap_ci_high", kernel="sum", n=64)
    chart = draw(charts.gap_chart, reference_run)
    assert [n for n, _ in lines(chart.figure.axes[0])["failed python/numpy"]] == [64]
    assert says(chart, "python/numpy: no native result")


def test_a_missing_interval_draws_without_a_band(reference_run: Builder) -> None:
    reference_run.clear("gap_ci_low", "gap_ci_high", "latency_ci_low_ns", "latency_ci_high_ns")
    for what in (charts.latency_chart, charts.gap_chart):
        chart = draw(what, reference_run)
        assert not chart.figure.axes[0].collections
        assert not says(chart, "confidence interval")


def test_an_interval_draws_a_band_and_says_what_it_is(reference_run: Builder) -> None:
    chart = draw(charts.gap_chart, reference_run)
    bands = [c for c in chart.figure.axes[0].collections if isinstance(c, PolyCollection)]
    assert len(bands) == 4
    assert says(chart, "confidence interval")


def test_an_interval_at_a_size_that_stands_alone_is_a_bar(builder: Builder) -> None:
    builder.add("sum", sizes=(16,))
    axes = draw(charts.gap_chart, builder).figure.axes[0]
    cell = builder.cells(variant="python/loop")[0]
    segments = [segment for bar in axes.collections for segment in bar.get_segments()]
    assert any(
        sorted(segment[:, 1]) == pytest.approx([cell["gap_ci_low"], cell["gap_ci_high"]])
        for segment in segments
    )


@pytest.mark.parametrize("what", [charts.latency_chart, charts.gap_chart])
@pytest.mark.parametrize("n", [0, 1, 16])
def test_a_single_size_draws_and_is_named(builder: Builder, what: Draw, n: int) -> None:
    axes = draw(what, builder.add("empty", sizes=(n,)), "empty").figure.axes[0]
    assert [tick.get_text() for tick in axes.get_xticklabels()] == [str(n)]
    low, high = axes.get_xlim()
    assert low < lines(axes)["python/nothing"][0][0] < high


def test_a_kernel_that_counts_nothing_has_all_its_charts(builder: Builder) -> None:
    builder.add("empty", sizes=(0,)).metadata["kernels"]["empty"].update(item=None, baseline=None)
    render_all(builder, "empty")


def test_a_single_variant_draws(builder: Builder) -> None:
    builder.add("sum")
    builder.rows = builder.cells(variant="python/loop")
    render_all(builder, "sum")


def test_the_gap_chart_has_a_line_of_parity_within_sight(reference_run: Builder) -> None:
    for row in reference_run.cells(kernel="sum", lane="python"):
        row.update(gap=200, gap_ci_low=199, gap_ci_high=201)
    chart = draw(charts.gap_chart, reference_run)
    low, high = chart.figure.axes[0].get_ylim()
    assert low < 1 < high
    assert any(line.get_ydata()[0] == 1 for line in chart.figure.axes[0].get_lines())
    assert says(chart, "parity")


def test_the_gap_chart_names_what_it_compares_with(reference_run: Builder) -> None:
    for row in reference_run.cells(kernel="sum", lane="python"):
        row["reference"] = "native/simd" if row["n"] <= 4096 else "native/strict"
    chart = draw(charts.gap_chart, reference_run)
    assert says(chart, "the fastest native variant: native/simd up to n = 4 Ki, then native/strict")
    for row in reference_run.cells(kernel="sum", lane="python"):
        row["reference"] = "native/f64"
    assert says(draw(charts.gap_chart, reference_run), "compared with native/f64")
    reference_run.cells(kernel="sum", variant="python/loop", n=64)[0]["reference"] = "native/simd"
    chart = draw(charts.gap_chart, reference_run)
    assert says(chart, "compared with several native variants: native/f64, native/simd")


def test_the_gap_at_the_largest_size_is_written(reference_run: Builder) -> None:
    reference_run.cells(kernel="sum", variant="python/loop", n=SIZES[-1])[0]["gap"] = 41
    reference_run.clear("gap_ci_low", "gap_ci_high")
    chart = draw(charts.gap_chart, reference_run)
    assert says(chart, "python/loop  41×")
    assert "python/loop 41×" in chart.alt


def test_throughput_has_a_panel_for_each_rate_that_is_counted(reference_run: Builder) -> None:
    both = draw(charts.throughput_chart, reference_run).figure.axes
    assert [a.get_ylabel() for a in both] == ["throughput [element/s]", "bandwidth [GB/s]"]
    reference_run.clear("bytes_per_s", kernel="sum")
    assert len(draw(charts.throughput_chart, reference_run).figure.axes) == 1
    reference_run.clear("items_per_s", kernel="sum")
    assert says(draw(charts.throughput_chart, reference_run), "counts neither items nor bytes")


def test_bandwidth_is_in_gigabytes(reference_run: Builder) -> None:
    cell = reference_run.cells(kernel="sum", variant="native/simd")[0]
    drawn = lines(draw(charts.throughput_chart, reference_run).figure.axes[1])
    assert drawn["native/simd"][0][1] == pytest.approx(cell["bytes_per_s"] / 1e9)


def test_memory_is_written_per_element_at_the_largest_size(reference_run: Builder) -> None:
    chart = draw(charts.rss_chart, reference_run)
    assert says(chart, "python/builtin  32.1 B/element")
    assert says(chart, "native/simd  4.0 B/element")


def test_memory_per_item_counts_the_items_and_not_n(builder: Builder) -> None:
    builder.add("sum", sizes=(1024,))
    builder.rows = builder.cells(variant="native/simd")
    items = 1024 * 1024
    builder.rows[0].update(
        latency_ns=1e6, latency_ci_low_ns=1e6, latency_ci_high_ns=1e6, items_per_s=items * 1e3,
        rss_input_bytes=16 * MIB, rss_peak_bytes=24 * MIB,
    )
    chart = draw(charts.rss_chart, builder)
    assert says(chart, "native/simd  16.0 B/element")
    assert says(chart, "native/simd  24.0 B/element")
    assert chart.figure.axes[-1].get_xlabel() == "input size n", "n does not count the elements"


def test_memory_of_a_kernel_that_counts_no_items_is_per_n(reference_run: Builder) -> None:
    reference_run.clear("items_per_s", kernel="sum")
    assert says(draw(charts.rss_chart, reference_run), "native/simd  4.0 B/n")


def test_memory_below_the_resolution_says_so(reference_run: Builder) -> None:
    chart = draw(charts.rss_chart, reference_run, "empty")
    assert says(chart, "No increment reached the resolution of 1 MiB")


def test_cache_marks_stand_where_the_working_set_outgrows_the_cache(
    reference_run: Builder,
) -> None:
    # 4 bytes per element: 32 KiB are 8 Ki elements, halfway between two measured sizes.
    axes = draw(charts.latency_chart, reference_run).figure.axes[0]
    marks = {name: points[0][0] for name, points in lines(axes).items() if "cache" in name}
    assert marks == pytest.approx(
        {"cache L1": 8 * 1024, "cache L2": 128 * 1024, "cache L3": 8 * MIB}
    )


def test_cache_marks_follow_a_working_set_that_is_not_linear(builder: Builder) -> None:
    builder.add("sum", sizes=(16, 256))
    for row in builder.rows:
        row["working_set_bytes"] = row["n"] ** 2 * 8
    rows = load_run(builder.write()).summary
    # From 2 KiB at 16 to 512 KiB at 256: 8 KiB is a quarter of the way, on logarithmic scales.
    assert charts.cache_marks(rows, [Cache(1, 8192)]) == [("L1", pytest.approx(32))]


def test_caches_outside_the_measured_sizes_are_not_marked(builder: Builder) -> None:
    builder.add("sum", sizes=(16, 64))
    assert not any("cache" in name
                   for name in lines(draw(charts.latency_chart, builder).figure.axes[0]))


def test_without_caches_or_working_sets_there_are_no_marks(reference_run: Builder) -> None:
    reference_run.clear("working_set_bytes")
    chart = draw(charts.latency_chart, reference_run)
    assert not says(chart, "L1")


def test_every_chart_says_on_what_it_was_measured(reference_run: Builder) -> None:
    for what in ALL:
        chart = draw(what, reference_run)
        assert says(chart, "AMD EPYC 7763 · Python 3.11.2 · 2026-11-22 · gapmeter")
        assert chart.title.startswith("Sum of a float32 slice: ")


def test_a_footer_admits_what_was_not_recorded(reference_run: Builder) -> None:
    for key in ("machine", "python", "started"):
        del reference_run.metadata[key]
    chart = draw(charts.latency_chart, reference_run)
    assert says(chart, "CPU not recorded · Python version not recorded · date not recorded")


def test_alternative_text_is_made_from_the_data(reference_run: Builder) -> None:
    alt = draw(charts.latency_chart, reference_run).alt
    assert "At n = 16 Mi the fastest is native/" in alt
    assert "the slowest python/loop 319 ms" in alt


def test_the_overview_shows_baseline_and_best_of_every_kernel(reference_run: Builder) -> None:
    chart = charts.overview_chart(load_run(reference_run.write()))
    shown = [set(lines(axes)) for axes in chart.figure.axes]
    assert {"python/nothing"} <= shown[0]
    assert {"python/builtin", "python/numpy"} <= shown[1]
    assert {"python/comprehension", "python/numpy_out"} <= shown[2]
    assert says(chart, "baseline = best 22× nothing")
    assert says(chart, "baseline 34× builtin")


def test_the_overview_says_at_which_size_a_baseline_ended_early(reference_run: Builder) -> None:
    reference_run.fail("timeout", kernel="sum", variant="python/builtin", n=SIZES[-1])
    chart = charts.overview_chart(load_run(reference_run.write()))
    assert says(chart, "baseline 45× at 4 Mi builtin")
    assert [n for n, _ in lines(chart.figure.axes[1])["failed python/builtin"]] == [SIZES[-1]]


def test_the_overview_counts_failed_cells(reference_run: Builder) -> None:
    reference_run.fail("mismatch", kernel="sum", variant="native/simd")
    chart = charts.overview_chart(load_run(reference_run.write()))
    assert says(chart, "11 failed ×")
    assert "11 cells failed" in chart.alt


def test_the_overview_says_why_a_baseline_has_no_gap(reference_run: Builder) -> None:
    reference_run.fail("crashed", kernel="sum", variant="python/builtin")
    chart = charts.overview_chart(load_run(reference_run.write()))
    assert says(chart, "baseline builtin: crashed")


def test_the_overview_of_a_run_without_any_gap_draws(builder: Builder) -> None:
    builder.add("sum")
    builder.rows = builder.cells(lane="native")
    chart = charts.overview_chart(load_run(builder.write()))
    assert says(chart, "no gap: no Python variant was run")


def test_the_overview_holds_twenty_kernels_without_overlap(builder: Builder) -> None:
    for i in range(20):
        builder.add(f"kernel_with_a_rather_long_name_{i}", sizes=(16, 4096), like="apply_weights")
    chart = charts.overview_chart(load_run(builder.write()))
    assert len(chart.figure.axes) == 20
    boxes = [text.get_window_extent() for text in chart.figure.texts]
    assert not any(a.overlaps(b) for i, a in enumerate(boxes) for b in boxes[:i])
