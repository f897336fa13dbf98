"""The throughput chart: a panel for each rate, and the limits of the machine across it."""

from __future__ import annotations

import pytest
from gapmeter_report.charts.throughput import throughput_chart
from helpers.artists import draw, lines, says
from helpers.builder import Builder


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
