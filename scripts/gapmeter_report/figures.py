"""A function for each chart that returns a Matplotlib figure, for notebooks and scripts.

Nothing here needs a display or changes Matplotlib's settings. Save a figure with `savefig`, or let
a notebook show it. What is drawn is what `gapmeter plot` draws; docs/results.md explains it.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pandas as pd
from matplotlib.figure import Figure

from gapmeter_report.charts.changes import changes_chart
from gapmeter_report.charts.footprint import footprint_chart
from gapmeter_report.charts.gap import gap_chart
from gapmeter_report.charts.heatmap import heat_map
from gapmeter_report.charts.interpreters import interpreters_chart
from gapmeter_report.charts.ladder import ladder_chart
from gapmeter_report.charts.latency import latency_chart
from gapmeter_report.charts.memory import memory_chart
from gapmeter_report.charts.overview import overview_chart
from gapmeter_report.charts.percentiles import percentile_chart
from gapmeter_report.charts.scaling import scaling_chart
from gapmeter_report.charts.serving import serving_chart
from gapmeter_report.charts.throughput import throughput_chart
from gapmeter_report.drawing.rendering import Chart
from gapmeter_report.loading.comparison import load_comparison
from gapmeter_report.loading.run import Run
from gapmeter_report.models.interpreters import of_first_interpreter
from gapmeter_report.models.subjects import Subject, subject_of


class NothingToDraw(ValueError):
    """The run has no such kernel, or nothing that this chart could show of it."""


def heatmap(run: Run) -> Figure:
    """The gap of every kernel (rows) at every size (columns): baseline, and best Python variant.

    Raises NothingToDraw where the run has no gap.
    """
    return _figure(heat_map(run), "the run has no gap")


def overview(run: Run) -> Figure:
    """The gap of every kernel against n, as small multiples on one scale.

    Raises NothingToDraw where all kernels are of servers.
    """
    return _figure(overview_chart(run), "the run has no kernel whose n is a size")


def interpreters(run: Run) -> Figure:
    """The time of every kernel's baseline on each interpreter, over that on CPython's newest.

    Raises NothingToDraw where the run has but one interpreter.
    """
    return _figure(interpreters_chart(run), "the run has but one interpreter")


def latency(run: Run, kernel: str) -> Figure:
    """The time of a call against n, every variant, with its interval.

    Raises NothingToDraw where the run has no such kernel, as every function of a kernel does.
    """
    return _of_kernel(latency_chart, run, kernel)


def gap(run: Run, kernel: str) -> Figure:
    """Times of the Python variants over that of the compiled one they are held against, by n."""
    return _of_kernel(gap_chart, run, kernel)


def ladder(run: Run, kernel: str) -> Figure:
    """The time for an item, a bar for each rung or variant, and the factor between them.

    Raises NothingToDraw where fewer than two variants share an n.
    """
    return _of_kernel(ladder_chart, run, kernel, "fewer than two variants share an n")


def throughput(run: Run, kernel: str) -> Figure:
    """Items, GB and GFLOP per second against n: a panel for each that the kernel counts."""
    return _of_kernel(throughput_chart, run, kernel)


def memory(run: Run, kernel: str) -> Figure:
    """Resident memory over the process's baseline against n: inputs held, and peak in a call."""
    return _of_kernel(memory_chart, run, kernel)


def percentiles(run: Run, kernel: str) -> Figure:
    """The time of calls timed one by one, by the share of calls that are faster.

    Raises NothingToDraw where too few calls were timed so.
    """
    return _of_kernel(percentile_chart, run, kernel, "too few calls were timed one by one")


def scaling(run: Run, kernel: str) -> Figure:
    """How many times faster variants get with more threads, at the largest n that tells it.

    Raises NothingToDraw where everything ran with one thread.
    """
    return _of_kernel(scaling_chart, run, kernel, "nothing ran with several threads")


def serving(run: Run, kernel: str) -> Figure:
    """Percentiles of the latency of servers against the offered rate, up to saturation.

    Raises NothingToDraw where the kernel is not one of servers.
    """
    return _of_servers(serving_chart, run, kernel)


def footprint(run: Run, kernel: str) -> Figure:
    """What each server gives and takes: requests a second, memory, processor time.

    Raises NothingToDraw where the kernel is not one of servers.
    """
    return _of_servers(footprint_chart, run, kernel)


def changes(file: str | Path) -> Figure:
    """What `gapmeter ab` or `gapmeter compare` found, from their changes.json: new over base.

    Raises LoadError where the file is not one.
    """
    return _figure(changes_chart(load_comparison(file)), "")


def _of_kernel(
    draw: Callable[[pd.DataFrame, Subject], Chart | None], run: Run, kernel: str, why: str = ""
) -> Figure:
    if kernel not in run.kernels:
        raise NothingToDraw(f"there is no kernel {kernel!r}; there are: {', '.join(run.kernels)}")
    rows = of_first_interpreter(run.rows(kernel))
    return _figure(draw(rows, subject_of(run, kernel)), f"of {kernel} {why}")


def _of_servers(
    draw: Callable[[pd.DataFrame, Subject], Chart | None], run: Run, kernel: str
) -> Figure:
    if kernel in run.kernels and run.kernels[kernel].service is None:
        raise NothingToDraw(f"{kernel} has no servers")
    return _of_kernel(draw, run, kernel, "no server was measured")


def _figure(chart: Chart | None, why: str) -> Figure:
    if chart is None:
        raise NothingToDraw(why)
    return chart.figure
