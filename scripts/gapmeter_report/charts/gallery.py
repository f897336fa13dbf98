"""Every chart of a run, drawn in as many processes as there are processors.

A chart that has nothing to show, for instance of threads where all ran with one, is left out.
"""

from __future__ import annotations

import gc
import os
from collections.abc import Callable, Iterable
from concurrent.futures import ProcessPoolExecutor
from typing import NamedTuple

import pandas as pd

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
from gapmeter_report.drawing.rendering import Chart, render
from gapmeter_report.loading.run import Run
from gapmeter_report.models.interpreters import of_first_interpreter
from gapmeter_report.models.subjects import Subject, subjects_of

RUN_CHARTS: dict[str, Callable[[Run], Chart | None]] = {
    "heatmap": heat_map,
    "overview": overview_chart,
    "interpreters": interpreters_chart,
}
KERNEL_CHARTS: dict[str, Callable[[pd.DataFrame, Subject], Chart | None]] = {
    "latency": latency_chart,
    "gap": gap_chart,
    "ladder": ladder_chart,
    "throughput": throughput_chart,
    "rss": memory_chart,
    "percentiles": percentile_chart,
    "scaling": scaling_chart,
}
SERVICE_CHARTS: dict[str, Callable[[pd.DataFrame, Subject], Chart | None]] = {
    "serving": serving_chart,
    "footprint": footprint_chart,
}


class Picture(NamedTuple):
    """A chart as the bytes of a file, by the name of the file that it would be."""

    stem: str
    kernel: str | None
    alt: str
    files: dict[str, bytes]


def draw_all(run: Run, formats: Iterable[str]) -> list[Picture]:
    """All pictures of a run: those of all its kernels first, then each kernel's."""
    formats = tuple(formats)
    workers = min(len(os.sched_getaffinity(0)), len(run.kernels))
    # Each kernel's charts are of the first interpreter: five would be five times the lines.
    kernels = [
        (subject, of_first_interpreter(run.rows(subject.kernel.name)))
        for subject in subjects_of(run)
    ]
    if workers < 2:
        pictures = [p for stem in RUN_CHARTS for p in _draw_run(run, stem, formats)]
        return pictures + [p for kernel in kernels for p in _draw_kernel(*kernel, formats)]
    # What matplotlib's modules hold never becomes garbage: not looking through it again and again
    # saves a fifth of the time.
    with ProcessPoolExecutor(workers, initializer=gc.freeze) as pool:
        tasks = [pool.submit(_draw_run, run, stem, formats) for stem in RUN_CHARTS]
        tasks += [pool.submit(_draw_kernel, *kernel, formats) for kernel in kernels]
        return [picture for task in tasks for picture in task.result()]


def _draw_run(run: Run, stem: str, formats: tuple[str, ...]) -> list[Picture]:
    chart = RUN_CHARTS[stem](run)
    return [_picture(stem, None, chart, formats)] if chart else []


def _draw_kernel(
    subject: Subject, rows: pd.DataFrame, formats: tuple[str, ...]
) -> list[Picture]:
    name = subject.kernel.name
    drawn = KERNEL_CHARTS if subject.kernel.service is None else SERVICE_CHARTS
    charts = ((what, draw(rows, subject)) for what, draw in drawn.items())
    return [_picture(f"{name}_{what}", name, chart, formats) for what, chart in charts if chart]


def _picture(stem: str, kernel: str | None, chart: Chart, formats: tuple[str, ...]) -> Picture:
    return Picture(stem, kernel, chart.alt, {kind: render(chart, kind) for kind in formats})
