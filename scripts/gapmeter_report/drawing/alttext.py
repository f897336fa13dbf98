"""Alternative text of a kernel's charts: their findings in words, for those who cannot see them."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from gapmeter_report.drawing.panels import Panel
from gapmeter_report.models.numbers import format_ratio, format_size, format_time
from gapmeter_report.models.series import Failure, Series


def latency_alt(panel: Panel, crossovers: list[str]) -> str:
    """The fastest and the slowest variant, and which overtakes which."""
    if not panel.series:
        return panel.empty
    n, last = _at_largest_n(panel)
    words = f"At n = {format_size(n)} the fastest is {_said(last[0], format_time)}"
    if len(last) > 1:
        words += f" and the slowest {_said(last[-1], format_time)}"
    return f"{words}.{_crossing(crossovers)}"


def gap_alt(panel: Panel, reference: str, crossovers: list[str]) -> str:
    """Every gap, what it is against, and which variant overtakes which."""
    if not panel.series:
        return panel.empty
    n, last = _at_largest_n(panel)
    gaps = ", ".join(_said(series, format_ratio) for series in last)
    compared = f" Compared with {reference}." if reference else ""
    return f"At n = {format_size(n)} the gap is: {gaps}.{compared}{_crossing(crossovers)}"


def extremes_alt(panels: list[Panel]) -> str:
    """The highest and the lowest value of each panel."""
    if not panels[0].series:
        return panels[0].empty
    words = []
    for panel in panels:
        n, last = _at_largest_n(panel)
        ends = last if len(last) < 2 else [last[-1], last[0]]
        listed = " down to ".join(_said(series, panel.figure) for series in ends)
        words.append(f"{panel.y_label} at n = {format_size(n)}: {listed}.")
    return " ".join(words)


def failed_alt(failures: Iterable[Failure]) -> str:
    """What gave no result, and at which sizes."""
    listed = []
    for failure in failures:
        first, last = format_size(failure.n[0]), format_size(failure.n[-1])
        span = first if first == last else f"{first} to {last} ({len(failure.n)} sizes)"
        listed.append(f"{failure.label}{failure.said} at n = {span}")
    return f" No result: {'; '.join(listed)}." if listed else ""


def _crossing(crossovers: list[str]) -> str:
    return f" {'; '.join(crossovers)}." if crossovers else ""


def _at_largest_n(panel: Panel) -> tuple[int, list[Series]]:
    """The largest n with a value, and the series that reach it, by rising value."""
    largest = max(series.n[-1] for series in panel.series)
    last = [series for series in panel.series if series.n[-1] == largest]
    return int(largest), sorted(last, key=lambda series: series.value[-1])


def _said(series: Series, form: Callable[[float], str]) -> str:
    note = f" ({series.note})" if series.note and form != format_ratio else ""
    return f"{series.label} {form(series.value[-1])}{note}"
