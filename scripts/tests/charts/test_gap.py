"""The gap chart: the line of parity, and the gap at the largest size."""

from __future__ import annotations

from gapmeter_report.charts.gap import gap_chart
from helpers.artists import draw, says
from helpers.builder import SIZES, Builder


def test_the_gap_chart_has_a_line_of_parity_within_sight(reference_run: Builder) -> None:
    chart = draw(gap_chart, reference_run.set_gap(200, spread=0.005, kernel="sum"))
    low, high = chart.figure.axes[0].get_ylim()
    assert low < 1 < high
    assert any(line.get_ydata()[0] == 1 for line in chart.figure.axes[0].get_lines())
    assert says(chart, "parity")


def test_the_gap_at_the_largest_size_is_written(reference_run: Builder) -> None:
    reference_run.cells(kernel="sum", variant="python/loop", n=SIZES[-1])[0]["gap"] = 41
    reference_run.clear("gap_ci_low", "gap_ci_high")
    chart = draw(gap_chart, reference_run)
    assert says(chart, "python/loop  41.0×")
    assert "python/loop 41.0×" in chart.alt
