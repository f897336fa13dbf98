"""The throughput chart: a panel for each rate, and the limits of the machine across it."""

from __future__ import annotations

import pytest
from gapmeter_report.charts.throughput import throughput_chart
from helpers.artists import draw, lines, says
from helpers.builder import Builder
from matplotlib.axes import Axes


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


LIMITS = {"read_bytes_per_s": 2e10, "copy_bytes_per_s": 1.6e10, "flops_per_s": 7e9}


def levels(axes: Axes) -> dict[str, list[tuple[float, float]]]:
    """The lines of limits, by their values."""
    return {name: points for name, points in lines(axes).items() if name.startswith("level")}


def test_the_limits_of_the_machine_lie_across_its_rates(reference_run: Builder) -> None:
    reference_run.metadata["machine"]["limits"] = LIMITS
    chart = draw(throughput_chart, reference_run)
    rates, bandwidth, arithmetic = chart.figure.axes
    assert set(levels(bandwidth)) == {"level 20", "level 16"}
    assert set(levels(arithmetic)) == {"level 7"}
    assert says(chart, "float32 multiply-adds")
    assert says(chart, "memory's limits: read 20.0 GB/s (dashed), copy 16.0 GB/s (dash-dotted)")
    assert not levels(rates) and not says(chart, "write one")
    low, high = bandwidth.get_ylim()
    assert low < 16 and high > 20


def test_the_limits_of_memory_begin_where_no_cache_holds_the_data(reference_run: Builder) -> None:
    reference_run.metadata["machine"]["limits"] = LIMITS
    chart = draw(throughput_chart, reference_run)
    [(start, _), (end, _)] = levels(chart.figure.axes[1])["level 20"]
    # The last cache has 32 MiB, an element has 4 B.
    assert start == pytest.approx(8 * 2**20)
    assert end == chart.figure.axes[1].get_xlim()[1]
    across = levels(chart.figure.axes[2])["level 7"]
    assert across[0][0] == chart.figure.axes[2].get_xlim()[0]


def test_data_that_a_cache_holds_has_no_limit_of_memory(reference_run: Builder) -> None:
    reference_run.metadata["machine"]["limits"] = LIMITS
    reference_run.metadata["machine"]["caches"] = [
        {"level": 3, "type": "Unified", "size_bytes": 2**40}
    ]
    chart = draw(throughput_chart, reference_run)
    assert not levels(chart.figure.axes[1]) and not says(chart, "memory's limits")
    assert levels(chart.figure.axes[2])


def test_data_that_no_cache_holds_is_limited_everywhere(builder: Builder) -> None:
    builder.add("sum", sizes=(2**24, 2**26)).metadata["machine"]["limits"] = LIMITS
    [(start, _), _] = levels(draw(throughput_chart, builder).figure.axes[1])["level 20"]
    assert start == 2**24


def test_two_arrays_multiplied_into_a_third_are_a_limit_of_their_own(builder: Builder) -> None:
    builder.add("sum").metadata["machine"]["limits"] = LIMITS | {"multiply_bytes_per_s": 1.8e10}
    assert says(draw(throughput_chart, builder), "read two, write one 18.0 GB/s (dotted)")
