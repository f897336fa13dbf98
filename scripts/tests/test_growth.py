"""Growth: exponents beside the lines, and rings where lines cross."""

from __future__ import annotations

import pytest
from artists import draw, lines, says
from charts import gap_chart, latency_chart
from conftest import Builder


def crossover(builder: Builder, against: str, n: float) -> Builder:
    """NumPy overtakes."""
    return builder.add_growth(
        "sum", "python/numpy", quantity="crossover", regime="", against=against, crossover_n=n,
        faster_beyond="python/numpy",
    )


def test_the_exponent_stands_beside_the_label(reference_run: Builder) -> None:
    reference_run.add_growth("sum", "python/loop", exponent=0.981)
    reference_run.add_growth("sum", "python/loop", exponent=-0.2, quantity="gap")
    reference_run.add_growth("sum", "python/loop", exponent=0.5, regime="L1")
    chart = draw(latency_chart, reference_run)
    assert says(chart, "python/loop  ~ n^0.98")
    assert not says(chart, "n^0.5")
    assert says(draw(gap_chart, reference_run), "~ n^-0.20")


def test_an_exponent_without_room_is_left_out_and_not_the_name(reference_run: Builder) -> None:
    name = "python/" + "m" * 17
    for row in reference_run.cells(kernel="sum", variant="python/loop"):
        row["variant"] = name
    reference_run.add_growth("sum", name, exponent=1)
    chart = draw(latency_chart, reference_run)
    assert not says(chart, "n^")
    assert says(chart, name)


def test_a_gap_that_passes_one_is_ringed_on_the_line_of_parity(reference_run: Builder) -> None:
    crossover(reference_run, "fastest native", 83_000)
    chart = draw(gap_chart, reference_run)
    assert lines(chart.figure.axes[0])["ring 81 Ki"] == [(83_000, 1)]
    assert says(chart, "81 Ki") and says(chart, "ring: what is faster changes here")
    assert "python/numpy overtakes fastest native at n ≈ 81 Ki" in chart.alt


def test_a_crossover_with_the_baseline_is_ringed_on_the_variants_line(builder: Builder) -> None:
    crossover(builder.add("sum", sizes=(16, 256)), "python/builtin", 64)
    for row in builder.cells(variant="python/numpy"):
        gap = {16: 100, 256: 1}[row["n"]]
        row.update(gap=gap, gap_ci_low=gap, gap_ci_high=gap)
    # Halfway from 16 to 256, and from 100 to 1, on logarithmic axes.
    [(place, height)] = lines(draw(gap_chart, builder).figure.axes[0])["ring 64"]
    assert place == 64 and height == pytest.approx(10)


def test_without_growth_there_are_no_rings(reference_run: Builder) -> None:
    chart = draw(gap_chart, reference_run)
    assert not says(chart, "ring")
