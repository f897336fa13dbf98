"""Loads, draws and reports the results of gapmeter.

    import gapmeter_report
    run = gapmeter_report.load("results/reference")
    run.summary                           # a typed pandas frame; rounds, quantiles, metrics, growth
    gapmeter_report.gap(run, "sum")       # a Matplotlib figure

Rooms, of which each may use those before it: loading (files to frames), models (what charts and
reports say), drawing (how), charts (one module each), pages (with templates).
"""

from gapmeter_report.figures import (
    NothingToDraw, changes, footprint, gap, heatmap, interpreters, ladder, latency, memory,
    overview, percentiles, scaling, serving, throughput,
)
from gapmeter_report.loading.errors import LoadError
from gapmeter_report.loading.run import Run, load

__all__ = [
    "LoadError", "NothingToDraw", "Run", "changes", "footprint", "gap", "heatmap", "interpreters",
    "ladder", "latency", "load", "memory", "overview", "percentiles", "scaling", "serving",
    "throughput",
]
