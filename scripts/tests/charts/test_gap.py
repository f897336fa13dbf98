"""The gap chart: the line of parity, and the gap at the largest size."""

from __future__ import annotations

from gapmeter_report.charts.gap import gap_chart
from helpers.artists import draw, lines, says
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


def test_gaps_of_different_jobs_have_panels_of_their_own(builder: Builder) -> None:
    builder.add("sum", sizes=(16, 64)).give_job("view", variant="python/numpy")
    for row in builder.cells(variant="python/numpy"):
        row["reference"] = "native/strict"
    for row in builder.cells(variant="python/loop"):
        row["reference"] = "native/simd"
    chart = draw(gap_chart, builder)
    main, view = chart.figure.axes
    assert "python/loop" in lines(main) and "python/numpy (view)" not in lines(main)
    assert "python/numpy (view)" in lines(view) and "python/loop" not in lines(view)
    assert view.get_ylabel() == "view: Python time / fastest compiled time"
    assert says(chart, "view: against native/strict")
    assert "Compared with native/strict" in chart.alt


def test_four_jobs_have_room(builder: Builder) -> None:
    builder.add("sum", sizes=(16, 64))
    for name in ("numpy", "loop", "array"):
        builder.give_job(name, variant=f"python/{name}")
    assert len(draw(gap_chart, builder).figure.axes) == 4


def test_a_failure_of_every_job_is_told(builder: Builder) -> None:
    builder.add("sum", sizes=(16, 64)).give_job("view", variant="python/numpy")
    builder.fail("crashed", variant="python/numpy", n=64)
    builder.cells(variant="python/numpy", n=64)[0]["job"] = "view"
    assert "python/numpy (view): crashed at n = 64" in draw(gap_chart, builder).alt
