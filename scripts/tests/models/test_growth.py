"""Growth: exponents beside the lines, and bars between the sizes where lines cross."""

from __future__ import annotations

from gapmeter_report.charts.gap import gap_chart
from gapmeter_report.charts.latency import latency_chart
from helpers.artists import draw, lines, says, texts
from helpers.builder import Builder


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


def test_an_exponent_of_a_part_of_the_sizes_says_from_where(reference_run: Builder) -> None:
    reference_run.add_growth("sum", "python/loop", exponent="")
    reference_run.add_growth(
        "sum", "python/loop", regime="straight", n_from=1024, exponent=0.99, exponent_ci_low=0.97,
        exponent_ci_high=1.01,
    )
    chart = draw(latency_chart, reference_run)
    assert says(chart, "python/loop  ~ n^0.99 ±0.02 from 1Ki")
    assert says(chart, "n^k: growth where five sizes or more lie within a factor of 1.25 of a line")


def test_where_is_never_left_out_alone(reference_run: Builder) -> None:
    name = "python/loop"
    for letters, wanted in ((7, "  ~ n^0.99 from 1Ki"), (12, "")):
        cells, name = reference_run.cells(kernel="sum", variant=name), "python/" + "m" * letters
        for row in cells:
            row["variant"] = name
        reference_run.growth = []
        reference_run.add_growth(
            "sum", name, regime="straight", n_from=1024, exponent=0.99, exponent_ci_low=0.97,
            exponent_ci_high=1.01,
        )
        assert name + wanted in texts(draw(latency_chart, reference_run))


def test_where_no_line_fits_there_is_no_exponent(reference_run: Builder) -> None:
    reference_run.add_growth("sum", "python/loop", exponent="", deviation=3.2)
    assert not says(draw(latency_chart, reference_run), "n^")


def test_files_that_do_not_tell_how_a_line_fits_have_no_exponents(reference_run: Builder) -> None:
    reference_run.add_growth("sum", "python/loop", exponent=0.98)
    del reference_run.growth[0]["deviation"], reference_run.growth[0]["local_exponents"]
    assert not says(draw(latency_chart, reference_run), "n^")


def test_a_crossover_is_a_bar_between_two_sizes_in_both_charts(reference_run: Builder) -> None:
    reference_run.add_crossover("python/builtin", 16, 65536)
    for what in (latency_chart, gap_chart):
        chart = draw(what, reference_run)
        ends = lines(chart.figure.axes[0])["crossing numpy overtakes builtin"]
        assert [n for n, _ in ends] == [16, 65536]
        assert says(chart, "between 16 and 64Ki") and says(chart, "numpy overtakes builtin")
        assert says(chart, "crossover: somewhere between these sizes")
        assert "python/numpy overtakes python/builtin at n between 16 and 64Ki" in chart.alt


def test_no_place_between_the_sizes_is_said(reference_run: Builder) -> None:
    reference_run.add_crossover("python/builtin", 16, 65536)
    for what in (latency_chart, gap_chart):
        chart = draw(what, reference_run)
        assert "≈" not in chart.alt and not says(chart, "≈") and not says(chart, "1024")


def test_the_fastest_native_variant_may_overtake(reference_run: Builder) -> None:
    reference_run.add_crossover("fastest compiled", 16, 64)
    reference_run.growth[-1]["faster_beyond"] = "fastest compiled"
    chart = draw(gap_chart, reference_run)
    assert says(chart, "fastest compiled overtakes numpy")
    assert "fastest compiled overtakes python/numpy at n between 16 and 64" in chart.alt


def test_the_bars_lie_below_the_lines_and_above_what_failed(reference_run: Builder) -> None:
    reference_run.add_crossover("python/builtin", 16, 64)
    reference_run.add_crossover("python/builtin", 64, 1024, variant="python/array")
    reference_run.fail("timeout", kernel="sum", variant="python/loop", n=16)
    chart = draw(latency_chart, reference_run)
    axes = chart.figure.axes[0]
    heights = {name: points[0][1] for name, points in lines(axes).items()
               if name.startswith(("crossing", "failed"))}
    assert list(sorted(heights, key=heights.__getitem__)) == [
        "failed python/loop", "crossing array overtakes builtin",
        "crossing numpy overtakes builtin",
    ]
    lowest = min(row["latency_ns"] for row in reference_run.cells(kernel="sum", status="ok"))
    assert axes.transAxes.inverted().transform(axes.transData.transform((16, lowest)))[1] > max(
        heights.values())


def test_a_crossover_that_names_nothing_else_still_draws(reference_run: Builder) -> None:
    reference_run.add_crossover("", 16, 64)
    reference_run.growth[-1]["faster_beyond"] = ""
    assert says(draw(latency_chart, reference_run), "another overtakes numpy")


def test_without_growth_there_are_no_crossovers(reference_run: Builder) -> None:
    assert not says(draw(gap_chart, reference_run), "crossover")


def test_a_crossover_of_several_threads_says_how_many(builder: Builder) -> None:
    builder.add("sum").add_threads(2, variant="python/numpy")
    builder.add_crossover("python/builtin", 16, 64, threads=2)
    chart = draw(latency_chart, builder)
    assert says(chart, "numpy ×2 overtakes builtin ×2")
