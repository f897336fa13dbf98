"""The memory chart: bytes per item, ticks, and what is below the resolution."""

from __future__ import annotations

import pytest
from gapmeter_report.charts.memory import memory_chart
from helpers.artists import draw, says
from helpers.builder import MIB, Builder


def test_memory_is_written_per_element_at_the_largest_size(reference_run: Builder) -> None:
    chart = draw(memory_chart, reference_run)
    assert says(chart, "python/builtin  32.1 B/element")
    assert says(chart, "native/simd  4.00 B/element")


def test_memory_per_item_counts_the_items_and_not_n(builder: Builder) -> None:
    builder.add("sum", sizes=(1024,))
    builder.rows = builder.cells(variant="native/simd")
    items = 1024 * 1024
    builder.rows[0].update(
        latency_ns=1e6, latency_ci_low_ns=1e6, latency_ci_high_ns=1e6, items_per_s=items * 1e3,
        rss_input_bytes=16 * MIB, rss_peak_bytes=24 * MIB,
    )
    chart = draw(memory_chart, builder)
    assert says(chart, "native/simd  16.0 B/element")
    assert says(chart, "native/simd  24.0 B/element")
    assert chart.figure.axes[-1].get_xlabel() == "input size n", "n does not count the elements"


def test_memory_of_a_kernel_that_counts_no_items_is_per_n(reference_run: Builder) -> None:
    reference_run.clear("items_per_s", kernel="sum")
    assert says(draw(memory_chart, reference_run), "native/simd  4.00 B/n")


@pytest.mark.parametrize("mib", [1, 1.01, 1.41, 1.99, 2, 3, 100, 1000])
def test_memory_has_at_least_two_ticks_however_little_it_varies(
    builder: Builder, mib: float
) -> None:
    builder.add("sum", sizes=(16,))
    for row in builder.rows:
        row.update(rss_input_bytes=round(mib * MIB), rss_peak_bytes=round(mib * MIB))
    for axes in draw(memory_chart, builder).figure.axes:
        assert len(axes.get_yticklabels()) >= 2


def test_memory_below_the_resolution_says_so(reference_run: Builder) -> None:
    chart = draw(memory_chart, reference_run, "empty")
    assert says(chart, "No increment reached the resolution of 1 MiB")
