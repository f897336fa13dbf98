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
from gapmeter_report.models.work import jobs_of


@matplotlib.rc_context(style.RC)
def gap_chart(rows: pd.DataFrame, subject: Subject) -> Chart:
    """Gap of every Python variant against n, with its interval and the line of parity; a panel for
    each job, since gaps of different jobs have nothing to do with each other."""
    python = gap_rows(rows)
    parts = [python[python["job"] == job] for job in jobs_of(python)] or [python]
    panels = [_panel(part, rows, subject) for part in parts]
    alt = " ".join(
        alttext.gap_alt(
            panel, reference_phrase(part, subject.denominator), _crossings(part, subject)
        )
        for panel, part in zip(panels, parts)
    )
    words = Words("gap", _subtitle(parts, subject.denominator), alt,
                  _references(parts, subject.denominator))
    return chart_over_n(panels, rows, subject, words, cache_marks_of(rows, subject, panels[0]))


def _panel(python: pd.DataFrame, rows: pd.DataFrame, subject: Subject) -> Panel:
    """The gaps of one job."""
    series = with_growth(
        with_states(gap_series(python, subject.looks, _gap_note), rows, gaps=True),
        subject.growth, "gap",
    )
    return Panel(
        y_label=f"{''.join(jobs_of(python)) or 'gap'}: Python time / {subject.denominator} time",
        series=series,
        failures=failures_of(python, subject.looks),
        format=round_ratio,
        empty=f"No gap: {why_no_gap(python)}.",
        levels=(Level("parity", 1.0, strong=True),),
        crossings=crossings_of(series, subject.growth),
        strip_name="no gap",
    )


def _subtitle(parts: list[pd.DataFrame], denominator: str) -> str:
    """What the gaps are against, if that can be said in a line."""
    if len(parts) > 1:
        return f"a panel for each job, compared with the {denominator} variant of the same job"
    reference = reference_phrase(parts[0], denominator)
    return f"compared with {reference}" if reference else ""


def _references(parts: list[pd.DataFrame], denominator: str) -> tuple[str, ...]:
    """What the gaps of each of several jobs are against."""
    if len(parts) == 1:
        return ()
    told = (
        (jobs_of(part)[0] or "main job", reference_phrase(part, denominator)) for part in parts
    )
    return tuple(f"{name}: against {reference}" for name, reference in told if reference)


def _crossings(python: pd.DataFrame, subject: Subject) -> list[str]:
    growth = subject.growth
    return crossing_phrases(growth[growth["variant"].isin(python["variant"])])


def _gap_note(part: pd.DataFrame, column: str) -> str:
    return format_ratio(part[column].iloc[-1])
