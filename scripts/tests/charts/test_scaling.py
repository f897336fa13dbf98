"""Thread scaling: speedups over one thread, and the ideal."""

from __future__ import annotations

import pytest
from gapmeter_report.charts.scaling import scaling_chart
from gapmeter_report.loading.run import load
from gapmeter_report.models.subjects import subject_of
from helpers.artists import draw, lines
from helpers.builder import Builder


def test_the_speedup_is_over_the_same_variant_with_one_thread(builder: Builder) -> None:
    builder.add("sum").add_threads(2, 4, variant="native/simd")
    drawn = lines(draw(scaling_chart, builder).figure.axes[0])
    assert drawn["native/simd"] == [(1, 1), (2, pytest.approx(1.9)), (4, pytest.approx(3.7))]
    assert drawn["ideal"] == [(1, 1), (2, 2), (4, 4)]
    assert "native/f64" not in drawn


def test_the_largest_n_that_was_measured_with_threads_is_shown(builder: Builder) -> None:
    builder.add("sum").add_threads(2, variant="native/simd")
    builder.fail("timeout", variant="native/simd", threads=2, n=16 * 4**10)
    assert "at n = 4Mi" in draw(scaling_chart, builder).alt


def test_one_thread_only_is_no_chart(reference_run: Builder) -> None:
    run = load(reference_run.write())
    assert scaling_chart(run.rows("sum"), subject_of(run, "sum")) is None
