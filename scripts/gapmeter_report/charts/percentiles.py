"""Percentiles of calls timed one by one: how long the rare slow call takes."""

from __future__ import annotations

import matplotlib
import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from gapmeter_report.drawing import style
from gapmeter_report.drawing.linechart import Words, line_chart
from gapmeter_report.drawing.panels import Panel, XAxis
from gapmeter_report.drawing.rendering import Chart
from gapmeter_report.drawing.style import SMALL_SIZE
from gapmeter_report.models.numbers import format_size, format_time, round_time
from gapmeter_report.models.percentiles import (
    common_rarity, percentile_name, shown_sizes, tail_series, tails_of, without_tail,
)
from gapmeter_report.models.series import series_label
from gapmeter_report.models.subjects import Subject

# How many calls there are for each that is at least as slow.
_NAMED = {2.0: "50 %", 10.0: "90 %", 100.0: "99 %", 1e3: "99.9 %", 1e4: "99.99 %", 1e5: "99.999 %"}
_FLOORS = {100.0: "latency_p99_floor_ns", 1e3: "latency_p999_floor_ns"}


@matplotlib.rc_context(style.RC)
def percentile_chart(rows: pd.DataFrame, subject: Subject) -> Chart | None:
    """Latency against percentile at the largest n whose 99th is known, and at n = 1."""
    tails = tails_of(subject.quantiles)
    sizes = shown_sizes(tails)
    if not sizes:
        return None
    panels = {n: _panel(tails[tails["n"] == n], n, subject) for n in sizes}
    floors = {panels[n].y_label: rows[rows["n"] == n] for n in sizes}
    has_floors = any(part[[*_FLOORS.values()]].notna().any().any() for part in floors.values())

    commons = {panels[n].y_label: common_rarity(tails[tails["n"] == n]) for n in sizes}

    def draw_more(panel: Panel, axes: Axes) -> None:
        for row in floors[panel.y_label].itertuples():
            _draw_floor(axes, row, subject)
        _draw_common(axes, commons[panel.y_label])

    too_few = without_tail(rows[rows["n"] == sizes[-1]], panels[sizes[-1]].series)
    notes = [
        *(["short bars: what the machine's interruptions alone would make of it"] * has_floors),
        *([f"too few calls: {', '.join(too_few)}"] if too_few else []),
    ]
    title = f"{subject.kernel.title}: percentiles of single calls"
    words = Words(
        title=title,
        subtitle="how long a call takes that is slower than this share of all calls; "
        "labels: the percentile at the dotted line, and of how many calls",
        alt=" ".join(_alt(panel, n, commons[panel.y_label]) for n, panel in panels.items()),
        notes=tuple(notes),
    )
    last = max(panel.sizes()[-1] for panel in panels.values())
    ticks = {rarity: name for rarity, name in _NAMED.items() if rarity <= last}
    axis = XAxis("share of the calls that are faster", ticks)
    return line_chart(
        list(panels.values()), words, axis, subject.footer, draw_more=draw_more
    )


def _panel(tails: pd.DataFrame, n: int, subject: Subject) -> Panel:
    return Panel(
        y_label=f"latency of a call, n = {format_size(n)}",
        series=tail_series(tails, subject.looks),
        failures=[],
        format=round_time,
    )


def _draw_common(axes: Axes, rarity: float | None) -> None:
    """The percentile that the labels tell."""
    if rarity is not None:
        axes.axvline(rarity, color=style.MUTED, linewidth=0.8, linestyle=(0, (1, 2)), zorder=0.8,
                     label="common percentile")
        axes.annotate(percentile_name(rarity), (rarity, 1), (0, 3),
                      xycoords=("data", "axes fraction"), textcoords="offset points", ha="center",
                      size=SMALL_SIZE, color=style.MUTED)


def _draw_floor(axes: Axes, row: pd.Series, subject: Subject) -> None:
    points = [(rarity, getattr(row, column)) for rarity, column in _FLOORS.items()]
    known = [(rarity, value) for rarity, value in points if np.isfinite(value)]
    if known:
        axes.plot(*zip(*known), label=f"floor {series_label(row.variant, row.threads)}",
                  marker="_", markersize=11, markeredgewidth=1.6, linestyle="none",
                  color=subject.looks.of(row.variant, row.threads).colour)


def _alt(panel: Panel, n: int, common: float | None) -> str:
    name = f"{percentile_name(common)} " if common is not None else ""
    listed = "; ".join(
        f"{series.label} {format_time(series.value[0])} in the median, {name}{series.note} calls"
        for series in panel.series
    )
    return f"At n = {format_size(n)}: {listed}."
