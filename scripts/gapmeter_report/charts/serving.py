"""Servers under load: the percentiles of their latency against the offered rate, up to the knee."""

from __future__ import annotations

import matplotlib
import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from gapmeter_report.drawing import style
from gapmeter_report.drawing.linechart import Words, line_chart
from gapmeter_report.drawing.panels import Level, Panel, XAxis
from gapmeter_report.drawing.rendering import Chart
from gapmeter_report.models.numbers import format_rate, format_time, round_rate, round_time
from gapmeter_report.models.series import Failure, series_of
from gapmeter_report.models.serving import PERCENTILES, Knee, knees, load_notes, without_latency
from gapmeter_report.models.subjects import Subject


@matplotlib.rc_context(style.RC)
def serving_chart(rows: pd.DataFrame, subject: Subject) -> Chart:
    """A panel for each percentile with a line for each server; dotted: where it saturates."""
    failures, bends = without_latency(rows, subject.looks), knees(rows, subject.looks)
    objective = _objective(subject)
    panels = _panels(rows, subject, failures, objective)
    rates = np.unique(np.concatenate([panel.sizes() for panel in panels]))
    notes = ["dotted upright: the most that a server answers, in a closed loop"] if bends else []
    notes += [
        f"dashed across: the objective for p99, {round_time(level.value)}"
        for panel in panels for level in panel.levels
    ]
    notes += load_notes(subject.kernel.service, rows)
    words = Words(
        title=f"{subject.kernel.title}: latency against offered rate",
        subtitle="from the moment at which a request was to leave to the end of its answer; "
        "no value where fewer than 98 % were answered in time",
        alt=_alt(panels, bends),
        notes=tuple(notes),
    )

    def draw_more(_: Panel, axes: Axes) -> None:
        _draw_knees(axes, bends)

    axis = XAxis("offered rate [requests/s]", {float(rate): round_rate(rate) for rate in rates})
    return line_chart(panels, words, axis, subject.footer, draw_more=draw_more)


def _objective(subject: Subject) -> float | None:
    known = subject.costs["objective_ns"].dropna()
    return None if known.empty else float(known.iloc[0])


def _panels(
    rows: pd.DataFrame, subject: Subject, failures: list[Failure], objective: float | None
) -> list[Panel]:
    """The percentiles that any server has; the rates without one stand below the last."""
    drawn = {
        name: series_of(rows, column, subject.looks) for name, column in PERCENTILES.items()
    }
    known = {name: series for name, series in drawn.items() if series}
    if not known:
        return [Panel("latency", [], failures, round_time, strip_name="no latency",
                      empty="No server has a latency.")]
    across = () if objective is None else (Level("", objective),)
    return [
        Panel(
            f"{name} of latency", series, failures if name == list(known)[-1] else [], round_time,
            figure=format_time, strip_name="no latency",
            levels=across if name == "p99" else (),
        )
        for name, series in known.items()
    ]


def _draw_knees(axes: Axes, bends: list[Knee]) -> None:
    for knee in bends:
        axes.axvline(knee.rate, color=knee.look.colour, linewidth=1.0, linestyle=(0, (1, 2)),
                     zorder=0.9, label=f"saturation {knee.label}")


def _alt(panels: list[Panel], bends: list[Knee]) -> str:
    words = []
    for panel in panels:
        lasts = ", ".join(
            f"{line.label} {format_time(line.value[-1])} at {round_rate(line.n[-1])}/s"
            for line in panel.series
        )
        if lasts:
            words.append(f"{panel.y_label} at the highest rate kept up with: {lasts}.")
    if bends:
        listed = ", ".join(f"{knee.label} {format_rate(knee.rate)}/s" for knee in bends)
        words.append(f"Saturated at: {listed}.")
    return " ".join(words) or panels[0].empty
