"""Marks of the caches: where they stand, and when there are none."""

from __future__ import annotations

import pytest
from gapmeter_report.charts.latency import latency_chart
from gapmeter_report.loading.run import load
from gapmeter_report.loading.run_json import Cache
from gapmeter_report.models.caches import cache_marks
from helpers.artists import draw, lines, says
from helpers.builder import MIB, Builder


def test_cache_marks_stand_where_the_working_set_outgrows_the_cache(
    reference_run: Builder,
) -> None:
    # 4 bytes per element: 32 KiB are 8Ki elements, halfway between two measured sizes.
    axes = draw(latency_chart, reference_run).figure.axes[0]
    marks = {name: points[0][0] for name, points in lines(axes).items() if "cache" in name}
    assert marks == pytest.approx(
        {"cache L1": 8 * 1024, "cache L2": 128 * 1024, "cache L3": 8 * MIB}
    )


def test_cache_marks_follow_a_working_set_that_is_not_linear(builder: Builder) -> None:
    builder.add("sum", sizes=(16, 256))
    for row in builder.rows:
        row["working_set_bytes"] = row["n"] ** 2 * 8
    rows = load(builder.write()).summary
    # From 2 KiB at 16 to 512 KiB at 256: 8 KiB is a quarter of the way, on logarithmic scales.
    [(name, n)] = cache_marks(rows, [Cache(1, 8192)])
    assert name == "L1" and n == pytest.approx(32)


def test_caches_outside_the_measured_sizes_are_not_marked(builder: Builder) -> None:
    builder.add("sum", sizes=(16, 64))
    assert not any("cache" in name
                   for name in lines(draw(latency_chart, builder).figure.axes[0]))


def test_without_caches_or_working_sets_there_are_no_marks(reference_run: Builder) -> None:
    reference_run.clear("working_set_bytes")
    chart = draw(latency_chart, reference_run)
    assert not says(chart, "L1")
