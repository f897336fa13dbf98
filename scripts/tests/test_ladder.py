"""The ladder: its rows, their order, and the factor between them."""

from __future__ import annotations

import pytest
from artists import draw, says, subject_of, texts
from conftest import Builder
from ladder import ladder_chart
from loading import load_run
from render import Chart


def names(chart: Chart) -> list[str]:
    """The names of the rows from the top."""
    return [tick.get_text() for tick in chart.figure.axes[0].get_yticklabels()]


def test_the_ladder_leads_from_the_slowest_to_the_fastest(reference_run: Builder) -> None:
    for row in reference_run.cells(kernel="sum"):
        row["latency_ns"] = 1000 * row["n"] if row["variant"] == "python/loop" else row["n"]
        row["items_per_s"] = row["n"] / row["latency_ns"] * 1e9
    reference_run.clear("latency_ci_low_ns", "latency_ci_high_ns")
    chart = draw(ladder_chart, reference_run)
    assert names(chart)[0] == "python/loop"
    assert len(names(chart)) == 8
    assert says(chart, "time for each element at n = 16 Mi")
    assert {"1 µs", "÷ 1,000", "÷ 1.0"} <= set(texts(chart))
    assert "python/loop 1 µs, native/strict 1 ns" in chart.alt


def test_the_ladder_stands_at_the_largest_n_that_all_share(reference_run: Builder) -> None:
    reference_run.fail("timeout", kernel="sum", variant="python/loop", n=16 * 4**10)
    assert says(draw(ladder_chart, reference_run), "at n = 4 Mi")


def test_python_bars_are_hollow_and_native_ones_full(reference_run: Builder) -> None:
    chart = draw(ladder_chart, reference_run)
    bars = [box.patches[0] for box in chart.figure.axes[0].containers]
    hollow = {name for name, bar in zip(names(chart), bars) if bar.get_facecolor()[:3] == (1, 1, 1)}
    assert hollow == {name for name in names(chart) if name.startswith("python")}


def test_a_kernel_without_items_is_told_per_call(reference_run: Builder) -> None:
    reference_run.clear("items_per_s", kernel="sum")
    assert says(draw(ladder_chart, reference_run), "time for each call")


def test_threads_have_rows_of_their_own(builder: Builder) -> None:
    builder.add("sum").add_threads(4, variant="native/simd")
    assert "native/simd ×4" in names(draw(ladder_chart, builder))


@pytest.mark.parametrize("kept", [0, 1])
def test_a_ladder_of_fewer_than_two_rows_is_not_drawn(builder: Builder, kept: int) -> None:
    builder.add("sum", sizes=(16,)).fail("error", variant="native/simd")
    builder.rows = builder.cells(status="ok")[:kept] + builder.cells(status="error")
    run = load_run(builder.write())
    assert ladder_chart(run.rows("sum"), subject_of(run, "sum")) is None
