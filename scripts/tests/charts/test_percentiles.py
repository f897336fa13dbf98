"""Percentiles: where the points stand, which sizes are shown, and the machine's floor."""

from __future__ import annotations

import pytest
from gapmeter_report.charts.percentiles import percentile_chart
from gapmeter_report.loading.run import load
from gapmeter_report.models.numbers import format_time
from gapmeter_report.models.subjects import subject_of
from helpers.artists import draw, lines, says, texts
from helpers.builder import Builder


def test_percentiles_stand_at_how_rare_they_are(builder: Builder) -> None:
    builder.add("sum", sizes=(16,)).add_single_calls()
    chart = draw(percentile_chart, builder)
    axes = chart.figure.axes[0]
    rows = [row for row in builder.quantiles if row["variant"] == "python/loop"]
    wanted = [
        (1 / (1 - row["quantile"]), row["latency_ns"]) for row in rows if 0.5 <= row["quantile"] < 1
    ]
    assert lines(axes)["python/loop"] == [pytest.approx(point) for point in wanted]
    names = [tick.get_text() for tick in axes.get_xticklabels()]
    assert names == ["50 %", "90 %", "99 %", "99.9 %"]


def test_percentiles_are_of_the_largest_n_with_a_99th_and_of_one(builder: Builder) -> None:
    builder.add("sum", sizes=(1, 64, 1024, 2**30)).add_single_calls()
    labels = [axes.get_ylabel() for axes in draw(percentile_chart, builder).figure.axes]
    assert labels == ["latency of a call, n = 1", "latency of a call, n = 1Ki"]


def test_the_floor_of_the_machine_is_marked(builder: Builder) -> None:
    builder.add("sum", sizes=(16,)).add_single_calls()
    builder.columns += ["latency_p99_floor_ns", "latency_p999_floor_ns"]
    chart = draw(percentile_chart, builder)
    row = builder.cells(variant="python/loop")[0]
    assert lines(chart.figure.axes[0])["floor python/loop"] == [
        (100, row["latency_p99_floor_ns"]), (1000, row["latency_p999_floor_ns"])
    ]
    assert says(chart, "the machine's interruptions alone")


def test_a_variant_with_too_few_calls_is_named(builder: Builder) -> None:
    builder.add("sum", sizes=(16,)).add_single_calls()
    builder.quantiles = [row for row in builder.quantiles if row["variant"] != "python/loop"]
    assert says(draw(percentile_chart, builder), "too few calls: python/loop")


def set_calls(builder: Builder, **calls: int) -> None:
    """As many single calls of these variants, and the quantiles that have ten beyond."""
    for row in builder.quantiles:
        row["calls"] = calls.get(row["variant"].partition("/")[2], row["calls"])
    builder.quantiles = [
        row for row in builder.quantiles
        if row["quantile"] == 1 or row["calls"] * (1 - row["quantile"]) >= 10 - 1e-6
    ]


def test_labels_tell_the_percentile_that_all_have_and_of_how_many_calls(builder: Builder) -> None:
    builder.add("sum", sizes=(16,)).add_single_calls()
    set_calls(builder, builtin=5_000, simd=90_000)
    chart = draw(percentile_chart, builder)
    axes = chart.figure.axes[0]
    p99 = {row["variant"]: row["latency_ns"] for row in builder.quantiles
           if row["quantile"] == 0.99}
    for variant, calls in (("python/builtin", "5 k"), ("native/simd", "90 k")):
        assert says(chart, f"{variant}  {format_time(p99[variant])} of {calls}")
        assert f"p99 {format_time(p99[variant])} of {calls} calls" in chart.alt
    assert "p99" in texts(chart)
    assert lines(axes)["common percentile"][0][0] == pytest.approx(100)


def test_the_longest_of_more_calls_makes_no_variant_look_slow(builder: Builder) -> None:
    builder.add("sum", sizes=(16,)).add_single_calls()
    for row in builder.quantiles:
        if row["quantile"] == 1:
            row["latency_ns"] = 1e12
    chart = draw(percentile_chart, builder)
    assert chart.figure.axes[0].get_ylim()[1] < 1e9
    assert "at most" not in chart.alt and not says(chart, "1000 s")


def test_a_variant_of_too_few_calls_does_not_decide_what_is_compared(builder: Builder) -> None:
    builder.add("sum", sizes=(16,)).add_single_calls()
    set_calls(builder, loop=24)
    chart = draw(percentile_chart, builder)
    assert says(chart, "too few calls: python/loop") and "p99.9" in texts(chart)


def test_without_single_calls_there_is_no_chart(reference_run: Builder) -> None:
    run = load(reference_run.write())
    assert percentile_chart(run.rows("sum"), subject_of(run, "sum")) is None
