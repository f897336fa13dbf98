"""Reads charts in tests: draws one, and finds in its artists what it shows and says."""

from __future__ import annotations

from collections.abc import Callable

from charts import gap_chart, latency_chart, rss_chart, throughput_chart
from conftest import Builder
from loading import Run, load_run
from matplotlib.axes import Axes
from render import Chart
from subjects import Subject, subjects_of

# Those over n, which show all that was planned.
ALL = [latency_chart, gap_chart, throughput_chart, rss_chart]
Draw = Callable[..., Chart]


def draw(what: Draw, builder: Builder, kernel: str = "sum") -> Chart:
    """One chart of a kernel."""
    run = load_run(builder.write())
    return what(run.rows(kernel), subject_of(run, kernel))


def subject_of(run: Run, kernel: str) -> Subject:
    return next(s for s in subjects_of(run) if s.kernel.name == kernel)


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
    return any(words in text for text in texts(chart))
