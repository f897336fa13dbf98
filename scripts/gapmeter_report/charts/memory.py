"""Resident memory against n."""

from __future__ import annotations

from collections.abc import Callable

import matplotlib
import pandas as pd

from gapmeter_report.charts.over_n import chart_over_n
from gapmeter_report.drawing import alttext, style
from gapmeter_report.drawing.linechart import Words
from gapmeter_report.drawing.panels import Panel
from gapmeter_report.drawing.rendering import Chart
from gapmeter_report.drawing.ticks import binary_ticks
from gapmeter_report.models.numbers import format_bytes, round_bytes, three_digits
from gapmeter_report.models.series import failures_of, series_of
from gapmeter_report.models.subjects import Subject
from gapmeter_report.models.work import items_per_call


@matplotlib.rc_context(style.RC)
def memory_chart(rows: pd.DataFrame, subject: Subject) -> Chart:
    """Resident memory over the process's baseline against n: holding the inputs, and at peak."""
    looks, failures = subject.looks, failures_of(rows, subject.looks)
    note = _bytes_per_item(subject.kernel.item)
    panels = [
        Panel("inputs held [RSS added]", series_of(rows, "rss_input_bytes", looks, note=note),
              failures, round_bytes, _byte_ticks, format_bytes),
        Panel("peak in a call [RSS added]", series_of(rows, "rss_peak_bytes", looks, note=note),
              failures, round_bytes, _byte_ticks, format_bytes),
    ]
    shown = [panel for panel in panels if panel.series]
    if not shown:
        shown = [Panel("RSS added", [], failures, round_bytes,
                       empty="No increment reached the resolution of 1 MiB.")]
    subtitle = (
        "resident memory (RSS) over the process's baseline, from 1 MiB on; labels: at the largest n"
    )
    words = Words("memory", subtitle, alttext.extremes_alt(shown))
    return chart_over_n(shown, rows, subject, words, marks=[])


def _bytes_per_item(item: str | None) -> Callable[[pd.DataFrame, str], str]:
    """Bytes per item at the largest n. n is not always the number of items (think of matrices);
    what a call processes follows from its rate and its latency."""

    def note(part: pd.DataFrame, column: str) -> str:
        last = part.iloc[-1]
        items, name = items_per_call(last), item or "item"
        if not items > 0:
            items, name = last["n"], "n"
        return f"{three_digits(last[column] / items)} B/{name}" if items else ""

    return note


def _byte_ticks(low: float, high: float) -> list[float]:
    return binary_ticks(low, high, most=6)
