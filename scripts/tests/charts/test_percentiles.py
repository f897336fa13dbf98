"""Percentiles: where the points stand, which sizes are shown, and the machine's floor."""

from __future__ import annotations

import pytest
from gapmeter_report.charts.percentiles import percentile_chart
from gapmeter_report.loading.run import load
from gapmeter_report.models.subjects import subject_of
from helpers.artists import draw, lines, says
from helpers.builder import Builder


def test_percentiles_stand_at_how_rare_they_are(builder: Builder) -> None:
    builder.add("sum", sizes=(16,)).add_single_calls()
    chart = draw(percentile_chart, builder)
    axes = chart.figure.axes[0]
    rows = [row for row in builder.quantiles if row["variant"] == "python/loop"]
    wanted = [(1 / (1 - row["quantile"]) if row["quantile"] < 1 else row["calls"],
               row["latency_ns"]) for row in rows if row["quantile"] >= 0.5]
    assert lines(axes)["python/loop"] == [pytest.approx(point) for point in wanted]
    names = [tick.get_text() for tick in axes.get_xticklabels()]
    assert names == ["50 %", "90 %", "99 %", "99.9 %", "99.99 %", "99.999 %"]


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


def test_without_single_calls_there_is_no_chart(reference_run: Builder) -> None:
    run = load(reference_run.write())
    assert percentile_chart(run.rows("sum"), subject_of(run, "sum")) is None
