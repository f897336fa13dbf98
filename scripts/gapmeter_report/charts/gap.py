"""Gap of the Python variants against n."""

from __future__ import annotations

import matplotlib
import pandas as pd

from gapmeter_report.charts.over_n import cache_marks_of, chart_over_n
from gapmeter_report.drawing import alttext, style
from gapmeter_report.drawing.linechart import Words
from gapmeter_report.drawing.panels import Level, Panel
from gapmeter_report.drawing.rendering import Chart
from gapmeter_report.models.gaps import gap_rows, gap_series, reference_phrase, why_no_gap
from gapmeter_report.models.growth import crossing_phrases, crossings_of, with_growth
from gapmeter_report.models.numbers import format_ratio, round_ratio
from gapmeter_report.models.series import failures_of
from gapmeter_report.models.steadiness import with_states
from gapmeter_report.models.subjects import Subject


@matplotlib.rc_context(style.RC)
def gap_chart(rows: pd.DataFrame, subject: Subject) -> Chart:
    """Gap of every Python variant against n, with its interval and the line of parity."""
    python = gap_rows(rows)
    series = with_growth(
        with_states(gap_series(python, subject.looks, _gap_note), rows, gaps=True),
        subject.growth, "gap",
    )
    panel = Panel(
        y_label="gap: Python time / native time",
        series=series,
        failures=failures_of(python, subject.looks),
        format=round_ratio,
        empty=f"No gap: {why_no_gap(python)}.",
        levels=(Level("parity", 1.0, strong=True),),
        crossings=crossings_of(series, subject.growth),
        strip_name="no gap",
    )
    reference = reference_phrase(python)
    subtitle = f"compared with {reference}" if reference else ""
    alt = alttext.gap_alt(panel, reference, crossing_phrases(subject.growth))
    words = Words("gap", subtitle, alt)
    return chart_over_n([panel], rows, subject, words, cache_marks_of(rows, subject, panel))


def _gap_note(part: pd.DataFrame, column: str) -> str:
    return format_ratio(part[column].iloc[-1])
