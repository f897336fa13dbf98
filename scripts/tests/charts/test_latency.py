"""The latency chart: every variant and number of threads, and its words."""

from __future__ import annotations

from gapmeter_report.charts.latency import latency_chart
from helpers.artists import draw, lines, texts
from helpers.builder import Builder


def test_every_variant_is_in_the_latency_chart(reference_run: Builder) -> None:
    chart = draw(latency_chart, reference_run, "apply_weights")
    variants = {row["variant"] for row in reference_run.cells(kernel="apply_weights")}
    assert len(variants) == 9
    assert variants <= set(lines(chart.figure.axes[0]))
    assert variants <= set(texts(chart))


def test_threads_are_series_of_their_own(builder: Builder) -> None:
    builder.add("sum")
    builder.rows += [dict(row, threads=2) for row in builder.cells(lane="native")]
    drawn = lines(draw(latency_chart, builder).figure.axes[0])
    assert {"native/simd", "native/simd ×2", "python/loop"} <= set(drawn)


def test_alternative_text_is_made_from_the_data(reference_run: Builder) -> None:
    alt = draw(latency_chart, reference_run).alt
    assert "At n = 16Mi the fastest is native/" in alt
    assert "the slowest python/loop 319 ms" in alt
