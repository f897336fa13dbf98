"""Reads charts in tests: draws one, and finds in its artists what it shows and says."""

from __future__ import annotations

from collections.abc import Callable

from gapmeter_report.charts.gap import gap_chart
from gapmeter_report.charts.latency import latency_chart
from gapmeter_report.charts.memory import memory_chart
from gapmeter_report.charts.throughput import throughput_chart
from gapmeter_report.drawing.rendering import Chart
from gapmeter_report.loading.run import load
from gapmeter_report.models.subjects import subject_of
from helpers.builder import Builder
from matplotlib.axes import Axes

# Those over n, which show all that was planned.
ALL = [latency_chart, gap_chart, throughput_chart, memory_chart]
Draw = Callable[..., Chart]


def draw(what: Draw, builder: Builder, kernel: str = "sum") -> Chart:
    """One chart of a kernel."""
    run = load(builder.write())
    return what(run.rows(kernel), subject_of(run, kernel))


def lines(axes: Axes) -> dict[str, list[tuple[float, float]]]:
    """The points of each labelled line."""
    return {line.get_label(): list(zip(*line.get_data())) for line in axes.get_lines()}


def texts(chart: Chart) -> list[str]:
    """Everything that is written on the figure."""
    axes = chart.figure.axes
    written = [*chart.figure.texts, *(text for a in axes for text in a.texts)]
    ticks = [t for a in axes for t in (*a.get_xticklabels(), *a.get_yticklabels())]
    return [text.get_text() for text in (*written, *ticks)]


def says(chart: Chart, words: str) -> bool:
    """Whether any of its texts holds these words."""
    return any(words in text for text in texts(chart))
