"""The charts of a kernel: what they show, and what is never left out of one."""

from __future__ import annotations

import pytest
from artists import ALL, draw, lines, says, texts
from charts import gap_chart, latency_chart, rss_chart, throughput_chart
from conftest import MIB, SIZES, Builder
from render import render


def render_all(builder: Builder, kernel: str) -> None:
    """Draw all charts to the end: some of what matplotlib cannot draw only fails there."""
    for what in ALL:
        assert b"</svg>" in render(draw(what, builder, kernel), "svg")


def test_every_variant_is_in_the_latency_chart(reference_run: Builder) -> None:
    chart = draw(latency_chart, reference_run, "apply_weights")
    variants = {row["variant"] for row in reference_run.cells(kernel="apply_weights")}
    assert len(variants) == 9
    assert variants <= set(lines(chart.figure.axes[0]))
    assert variants <= set(texts(chart))


def test_threads_are_series_of_their_own(builder: Builder) -> None:
    builder.add("sum")
    builder.rows += [dict(row, threads=2) for row in builder.cells(lane="native")]
    drawn = lines(draw(latency_chart, builder).figure.axes[0])
    assert {"native/simd", "native/simd ×2", "python/loop"} <= set(drawn)


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
        assert "python/loop: error at n = 16 to 16 Mi (11 sizes)" in chart.alt


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


def test_the_gap_chart_has_a_line_of_parity_within_sight(reference_run: Builder) -> None:
    for row in reference_run.cells(kernel="sum", lane="python"):
        row.update(gap=200, gap_ci_low=199, gap_ci_high=201)
    chart = draw(gap_chart, reference_run)
    low, high = chart.figure.axes[0].get_ylim()
    assert low < 1 < high
    assert any(line.get_ydata()[0] == 1 for line in chart.figure.axes[0].get_lines())
    assert says(chart, "parity")


def test_the_gap_at_the_largest_size_is_written(reference_run: Builder) -> None:
    reference_run.cells(kernel="sum", variant="python/loop", n=SIZES[-1])[0]["gap"] = 41
    reference_run.clear("gap_ci_low", "gap_ci_high")
    chart = draw(gap_chart, reference_run)
    assert says(chart, "python/loop  41×")
    assert "python/loop 41×" in chart.alt


def test_throughput_has_a_panel_for_each_rate_that_is_counted(reference_run: Builder) -> None:
    every = draw(throughput_chart, reference_run).figure.axes
    assert [a.get_ylabel() for a in every] == [
        "throughput [element/s]", "bandwidth [GB/s]", "arithmetic [GFLOP/s]"]
    reference_run.clear("bytes_per_s", kernel="sum")
    assert len(draw(throughput_chart, reference_run).figure.axes) == 2
    reference_run.clear("items_per_s", kernel="sum")
    reference_run.clear("flops_per_s", kernel="sum")
    assert says(draw(throughput_chart, reference_run), "counts no work")


def test_bandwidth_is_in_gigabytes(reference_run: Builder) -> None:
    cell = reference_run.cells(kernel="sum", variant="native/simd")[0]
    drawn = lines(draw(throughput_chart, reference_run).figure.axes[1])
    assert drawn["native/simd"][0][1] == pytest.approx(cell["bytes_per_s"] / 1e9)


def test_the_limits_of_the_machine_lie_across_its_rates(reference_run: Builder) -> None:
    reference_run.metadata["machine"]["limits"] = {"read_bytes_per_s": 2e10, "flops_per_s": 7e9}
    chart = draw(throughput_chart, reference_run)
    rates, bandwidth, arithmetic = chart.figure.axes
    assert any(list(line.get_ydata()) == [20, 20] for line in bandwidth.get_lines())
    assert any(list(line.get_ydata()) == [7, 7] for line in arithmetic.get_lines())
    assert says(chart, "memory: read") and not says(chart, "memory: copy")
    assert not any(line.get_label().startswith("memory") for line in rates.get_lines())
    low, high = bandwidth.get_ylim()
    assert low < 20 < high


def test_the_names_of_limits_do_not_lie_on_each_other(reference_run: Builder) -> None:
    for read, copy in ((2e10, 2.1e10), (2.1e10, 2e10), (2e10, 2e10), (2e9, 2e10)):
        reference_run.metadata["machine"]["limits"] = {
            "read_bytes_per_s": read, "copy_bytes_per_s": copy}
        figure = draw(throughput_chart, reference_run).figure
        names = [text.get_window_extent() for text in figure.axes[1].texts
                 if text.get_text().startswith("memory")]
        assert len(names) == 2
        assert not names[0].overlaps(names[1])


def test_memory_is_written_per_element_at_the_largest_size(reference_run: Builder) -> None:
    chart = draw(rss_chart, reference_run)
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
    chart = draw(rss_chart, builder)
    assert says(chart, "native/simd  16.0 B/element")
    assert says(chart, "native/simd  24.0 B/element")
    assert chart.figure.axes[-1].get_xlabel() == "input size n", "n does not count the elements"


def test_memory_of_a_kernel_that_counts_no_items_is_per_n(reference_run: Builder) -> None:
    reference_run.clear("items_per_s", kernel="sum")
    assert says(draw(rss_chart, reference_run), "native/simd  4.0 B/n")


@pytest.mark.parametrize("mib", [1, 1.01, 1.41, 1.99, 2, 3, 100, 1000])
def test_memory_has_at_least_two_ticks_however_little_it_varies(
    builder: Builder, mib: float
) -> None:
    builder.add("sum", sizes=(16,))
    for row in builder.rows:
        row.update(rss_input_bytes=round(mib * MIB), rss_peak_bytes=round(mib * MIB))
    for axes in draw(rss_chart, builder).figure.axes:
        assert len(axes.get_yticklabels()) >= 2


def test_memory_below_the_resolution_says_so(reference_run: Builder) -> None:
    chart = draw(rss_chart, reference_run, "empty")
    assert says(chart, "No increment reached the resolution of 1 MiB")


def test_alternative_text_is_made_from_the_data(reference_run: Builder) -> None:
    alt = draw(latency_chart, reference_run).alt
    assert "At n = 16 Mi the fastest is native/" in alt
    assert "the slowest python/loop 319 ms" in alt
