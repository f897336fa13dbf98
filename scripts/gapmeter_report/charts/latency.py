"""Latency of a call against n."""

from __future__ import annotations

import matplotlib
import pandas as pd

from gapmeter_report.charts.over_n import cache_marks_of, chart_over_n
from gapmeter_report.drawing import alttext, style
from gapmeter_report.drawing.linechart import Words
from gapmeter_report.drawing.panels import Panel
from gapmeter_report.drawing.rendering import Chart
from gapmeter_report.models.growth import crossing_phrases, crossings_of, with_growth
from gapmeter_report.models.numbers import format_time, round_time
from gapmeter_report.models.series import failures_of, series_of
from gapmeter_report.models.steadiness import with_states
from gapmeter_report.models.subjects import Subject
from gapmeter_report.models.work import jobs_of


@matplotlib.rc_context(style.RC)
def latency_chart(rows: pd.DataFrame, subject: Subject) -> Chart:
    """Latency of a call against n, every variant, with its interval."""
    interval = ("latency_ci_low_ns", "latency_ci_high_ns")
    series = with_growth(
        with_states(series_of(rows, "latency_ns", subject.looks, interval), rows),
        subject.growth, "time",
    )
    panel = Panel(
        y_label="latency per call",
        series=series,
        failures=failures_of(rows, subject.looks),
        format=round_time,
        figure=format_time,
        empty="No variant finished: there is no latency to show.",
        crossings=crossings_of(series, subject.growth),
    )
    alt = alttext.latency_alt(panel, crossing_phrases(subject.growth))
    several = ", other jobs than the main one in brackets" if len(jobs_of(rows)) > 1 else ""
    words = Words("latency", f"time of one call, every variant{several}", alt)
    return chart_over_n([panel], rows, subject, words, cache_marks_of(rows, subject, panel))
