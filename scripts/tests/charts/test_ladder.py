"""The ladder: its rows, their order, and the factor between them.

The declared ladder of these tests takes 60, 120, 10 and 5 ns for an element: × 2, ÷ 12, ÷ 2; in
all 60 / 5 = 12 / 2 * 2 = ÷ 12.
"""

from __future__ import annotations

import math
import random

import pytest
from gapmeter_report.charts.ladder import ladder_chart
from gapmeter_report.drawing import style
from gapmeter_report.drawing.rendering import Chart
from gapmeter_report.loading.run import load
from gapmeter_report.models.subjects import subject_of
from helpers.artists import draw, lines, says, texts
from helpers.builder import Builder


RUNGS = {
    "list": ("python/builtin", 60), "array": ("python/array", 120), "strict": ("native/strict", 10),
    "SIMD": ("native/simd", 5),
}


def add_ladder(builder: Builder) -> Builder:
    """The kernel sum at two sizes, with a declared ladder."""
    builder.add("sum", sizes=(16, 64))
    builder.metadata["kernels"]["sum"]["ladder"] = [
        {"rung": rung, "variant": variant} for rung, (variant, _) in RUNGS.items()
    ]
    for variant, time in RUNGS.values():
        for row in builder.cells(variant=variant):
            row.update(latency_ns=time * row["n"], items_per_s=1e9 / time)
    return builder.clear("latency_ci_low_ns", "latency_ci_high_ns")


def factors(chart: Chart) -> list[str]:
    """The factors between the rows, from the top, and that over all of them."""
    written = [text.get_text() for text in chart.figure.texts]
    return [text for text in written if "÷ " in text or "× " in text if "time" not in text]


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
    assert says(chart, "time for each element at n = 16Mi")
    assert {"1.00 µs", "÷ 1000", "÷ 1.00"} <= set(texts(chart))
    assert "python/loop 1.00 µs, native/strict 1.00 ns" in chart.alt


def test_the_ladder_stands_at_the_largest_n_that_all_share(reference_run: Builder) -> None:
    reference_run.fail("timeout", kernel="sum", variant="python/loop", n=16 * 4**10)
    assert says(draw(ladder_chart, reference_run), "at n = 4Mi")


def test_python_marks_are_hollow_and_native_ones_full(reference_run: Builder) -> None:
    chart = draw(ladder_chart, reference_run)
    marks = {line.get_label(): line for line in chart.figure.axes[0].get_lines()}
    hollow = {name for name in names(chart) if marks[name].get_markerfacecolor() == style.PAPER}
    assert hollow == {name for name in names(chart) if name.startswith("python")}


def test_times_are_places_and_not_lengths(builder: Builder) -> None:
    axes = draw(ladder_chart, add_ladder(builder)).figure.axes[0]
    assert not axes.patches and not axes.containers
    drawn = lines(axes)
    for place, (rung, (variant, time)) in enumerate(RUNGS.items()):
        [mark] = drawn[f"{rung} · {variant}"]
        assert mark == pytest.approx((time, place))
    low, high = axes.get_xlim()
    assert low < 5 and high > 120


def test_an_interval_lies_across_its_mark_within_the_axis(builder: Builder) -> None:
    add_ladder(builder)
    for row in builder.cells(variant="python/array"):
        row.update(latency_ci_low_ns=row["n"], latency_ci_high_ns=500 * row["n"])
    chart = draw(ladder_chart, builder)
    low, high = chart.figure.axes[0].get_xlim()
    assert low < 1 and high > 500
    assert says(chart, "line through a mark: confidence interval")


def test_a_kernel_without_items_is_told_per_call(reference_run: Builder) -> None:
    reference_run.clear("items_per_s", kernel="sum")
    assert says(draw(ladder_chart, reference_run), "time for each call")


def test_numbers_of_threads_are_not_mixed(builder: Builder) -> None:
    builder.add("sum").add_threads(4, variant="native/simd")
    assert not any("×" in name for name in names(draw(ladder_chart, builder)))
    builder.rows = [row | {"threads": 2 * row["threads"]} for row in builder.rows]
    assert {name[-2:] for name in names(draw(ladder_chart, builder))} == {"×2"}


@pytest.mark.parametrize("kept", [0, 1])
def test_a_ladder_of_fewer_than_two_rows_is_not_drawn(builder: Builder, kept: int) -> None:
    builder.add("sum", sizes=(16,)).fail("error", variant="native/simd")
    builder.rows = builder.cells(status="ok")[:kept] + builder.cells(status="error")
    run = load(builder.write())
    assert ladder_chart(run.rows("sum"), subject_of(run, "sum")) is None


def test_declared_rungs_stand_in_their_order_with_name_and_variant(builder: Builder) -> None:
    chart = draw(ladder_chart, add_ladder(builder))
    assert names(chart) == [
        "list · python/builtin", "array · python/array", "strict · native/strict",
        "SIMD · native/simd",
    ]
    assert chart.title == "Sum of a float32 slice: what the gap is made of"
    assert {"60.0 ns", "120 ns", "10.0 ns", "5.00 ns"} <= set(texts(chart))


def test_the_steps_between_rungs_multiply_to_the_gap(builder: Builder) -> None:
    chart = draw(ladder_chart, add_ladder(builder))
    assert factors(chart) == ["× 2.00", "÷ 12.0", "÷ 2.00", "in all ÷ 12.0"]
    whole = "python/builtin takes 12.0× the time of native/simd: the steps multiply to it"
    assert says(chart, whole)


@pytest.mark.parametrize("seed", range(20))
def test_printed_steps_multiply_to_the_printed_gap_up_to_rounding(
    builder: Builder, seed: int
) -> None:
    add_ladder(builder)
    chance = random.Random(seed)
    for row in builder.rows:
        row["latency_ns"] *= chance.uniform(0.2, 5)
        row["items_per_s"] = row["n"] / row["latency_ns"] * 1e9
    *steps, total = (
        float(text.split()[-1]) ** (1 if "÷" in text else -1)
        for text in factors(draw(ladder_chart, builder))
    )
    # Three digits each: four numbers that are off by at most 1 part in 200.
    assert math.prod(steps) == pytest.approx(total, rel=1.005**4 - 1)


def test_a_rung_without_a_result_is_left_out_and_named(builder: Builder) -> None:
    chart = draw(ladder_chart, add_ladder(builder).fail("crashed", variant="python/array"))
    assert names(chart) == ["list · python/builtin", "strict · native/strict", "SIMD · native/simd"]
    assert factors(chart) == ["÷ 6.00", "÷ 2.00", "in all ÷ 12.0"]
    assert says(chart, "no result: array · python/array")
    assert "No result: array · python/array." in chart.alt


def test_a_rung_that_was_not_run_is_left_out_and_named(builder: Builder) -> None:
    add_ladder(builder)
    builder.rows = [row for row in builder.rows if row["variant"] != "native/simd"]
    chart = draw(ladder_chart, builder)
    assert factors(chart) == ["× 2.00", "÷ 12.0", "in all ÷ 6.00"]
    assert says(chart, "no result: SIMD · native/simd")


def test_declared_rungs_stand_at_the_largest_n_that_they_share(builder: Builder) -> None:
    add_ladder(builder).fail("timeout", variant="python/array", n=64)
    chart = draw(ladder_chart, builder)
    assert says(chart, "at n = 16;") and len(names(chart)) == 4
    builder.fail("timeout", variant="python/loop", n=16)
    assert says(draw(ladder_chart, builder), "at n = 16;"), "loop is no rung"


def test_declared_rungs_are_those_of_one_thread(builder: Builder) -> None:
    add_ladder(builder).add_threads(4, variant="native/simd")
    assert factors(draw(ladder_chart, builder))[-1] == "in all ÷ 12.0"


def test_a_declared_ladder_with_one_result_falls_back_to_all_variants(builder: Builder) -> None:
    add_ladder(builder)
    for variant, _ in list(RUNGS.values())[1:]:
        builder.fail("error", variant=variant)
    chart = draw(ladder_chart, builder)
    assert chart.title.endswith("from the slowest variant to the fastest")
    assert "python/loop" in names(chart)
    assert not says(chart, "in all")


def test_the_words_of_a_declared_ladder_tell_its_steps(builder: Builder) -> None:
    assert draw(ladder_chart, add_ladder(builder)).alt == (
        "Dot chart, logarithmic axis. Time for each element at n = 64, rung by rung: "
        "list · python/builtin 60.0 ns, × 2.00 array · python/array 120 ns, "
        "÷ 12.0 strict · native/strict 10.0 ns, "
        "÷ 2.00 SIMD · native/simd 5.00 ns. "
        "python/builtin takes 12.0× the time of native/simd: the steps multiply to it."
    )


def test_a_rung_of_another_job_says_so(builder: Builder) -> None:
    chart = draw(ladder_chart, add_ladder(builder).give_job("values", lane="native"))
    assert names(chart)[1:] == [
        "array · python/array", "strict · native/strict (values)", "SIMD · native/simd (values)",
    ]


def test_without_declared_rungs_only_neighbours_of_one_job_are_divided(builder: Builder) -> None:
    add_ladder(builder).give_job("values", lane="native")
    del builder.metadata["kernels"]["sum"]["ladder"]
    keep = {variant for variant, _ in RUNGS.values()}
    builder.rows = [row for row in builder.rows if row["variant"] in keep]
    chart = draw(ladder_chart, builder)
    assert names(chart) == [
        "python/array", "python/builtin", "native/strict (values)", "native/simd (values)",
    ]
    assert factors(chart) == ["÷ 2.00", "÷ 2.00"]


def test_where_a_job_counts_no_items_all_is_told_per_call(builder: Builder) -> None:
    add_ladder(builder).clear("items_per_s", variant="native/simd")
    assert says(draw(ladder_chart, builder), "time for each call")
