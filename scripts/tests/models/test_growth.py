"""Growth: exponents beside the lines, and rings where lines cross."""

from __future__ import annotations

import pytest
from gapmeter_report.charts.gap import gap_chart
from gapmeter_report.charts.latency import latency_chart
from helpers.artists import draw, lines, says, texts
from helpers.builder import Builder


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


def test_half_of_the_exponents_interval_stands_behind_it(reference_run: Builder) -> None:
    for variant, low, high in (("loop", 0.93, 1.01), ("array", 0.979, 0.983), ("builtin", "", "")):
        reference_run.add_growth(
            "sum", f"python/{variant}", exponent=0.98, exponent_ci_low=low, exponent_ci_high=high
        )
    written = texts(draw(latency_chart, reference_run))
    assert {
        "python/loop  ~ n^0.98 ±0.04", "python/array  ~ n^0.98 ±0.01", "python/builtin  ~ n^0.98",
    } <= set(written)


def test_an_exponent_of_nothing_has_no_sign(reference_run: Builder) -> None:
    reference_run.add_growth("sum", "python/loop", exponent=-0.004)
    assert says(draw(latency_chart, reference_run), "~ n^0.00")


def test_an_interval_without_room_is_left_out_before_its_exponent(reference_run: Builder) -> None:
    name = "python/" + "m" * 12
    for row in reference_run.cells(kernel="sum", variant="python/loop"):
        row["variant"] = name
    reference_run.add_growth("sum", name, exponent=1, exponent_ci_low=0.9, exponent_ci_high=1.1)
    assert f"{name}  ~ n^1.00" in texts(draw(latency_chart, reference_run))


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
    assert lines(chart.figure.axes[0])["ring 81.1Ki"] == [(83_000, 1)]
    assert says(chart, "81.1Ki") and says(chart, "ring: what is faster changes here")
    assert "python/numpy overtakes fastest native at n ≈ 81.1Ki" in chart.alt


def test_a_crossover_with_the_baseline_is_ringed_on_the_variants_line(builder: Builder) -> None:
    crossover(builder.add("sum", sizes=(16, 256)), "python/builtin", 64)
    for n, gap in ((16, 100), (256, 1)):
        builder.set_gap(gap, variant="python/numpy", n=n)
    # Halfway from 16 to 256, and from 100 to 1, on logarithmic axes.
    [(place, height)] = lines(draw(gap_chart, builder).figure.axes[0])["ring 64.0"]
    assert place == 64 and height == pytest.approx(10)


def test_the_latency_chart_rings_crossovers_on_the_variants_line(builder: Builder) -> None:
    crossover(builder.add("sum", sizes=(16, 256)), "python/builtin", 64)
    crossover(builder, "fastest native", 16)
    for row in builder.cells(variant="python/numpy"):
        time = {16: 100, 256: 400}[row["n"]]
        row.update(latency_ns=time, latency_ci_low_ns=time, latency_ci_high_ns=time)
    chart = draw(latency_chart, builder)
    rings = lines(chart.figure.axes[0])
    # The second is halfway from 16 to 256, and from 100 to 400, on logarithmic axes.
    assert [*rings["ring 16.0"], *rings["ring 64.0"]] == [
        pytest.approx((16, 100)), pytest.approx((64, 200))
    ]
    assert says(chart, "ring: what is faster changes here")
    assert "python/numpy overtakes python/builtin at n ≈ 64.0" in chart.alt


def test_a_crossover_that_names_nothing_else_still_draws(reference_run: Builder) -> None:
    reference_run.add_growth(
        "sum", "python/numpy", quantity="crossover", regime="", crossover_n=83_000
    )
    assert lines(draw(latency_chart, reference_run).figure.axes[0])["ring 81.1Ki"]


def test_without_growth_there_are_no_rings(reference_run: Builder) -> None:
    chart = draw(gap_chart, reference_run)
    assert not says(chart, "ring")
