"""The representation ladder of a kernel: from its slowest variant to its fastest, step by step.

Each row is a variant at one n, with the time that it takes for an item and how many times faster it
is than the row above: what every change of representation or language buys by itself.
"""

from __future__ import annotations

from typing import Any

import matplotlib
import numpy as np
import pandas as pd
from matplotlib.axes import Axes

import style
from render import Chart
from sheet import EDGE, Box, Scale, Sheet
from style import PYTHON_LANE, TEXT_SIZE
from subjects import Subject

_ROW, _BAR, _TOP, _BOTTOM = 17.0, 0.62, 50.0, 48.0
_MOST_NAME, _VALUE, _STEP = 170.0, 64.0, 46.0


@matplotlib.rc_context(style.RC)
def ladder_chart(rows: pd.DataFrame, subject: Subject) -> Chart | None:
    """Bars of the latency per item of every variant at the largest n that they share."""
    steps = _steps(rows)
    if len(steps) < 2:
        return None
    unit = subject.kernel.item or "item" if (steps["items_per_s"] > 0).any() else "call"
    n = style.format_size(steps["n"].iloc[0])
    title = f"{subject.kernel.title}: from the slowest variant to the fastest"
    subtitle = f"time for each {unit} at n = {n}; ÷: times faster than the row above"
    height = _TOP + len(steps) * _ROW + _BOTTOM
    sheet = Sheet(height, title, subtitle, subject.footer, _notes(steps))
    names = [style.series_label(row.variant, row.threads) for row in steps.itertuples()]
    left = EDGE + min(max(style.text_width(name) for name in names), _MOST_NAME) + 10
    box = Box(left, _BOTTOM, style.WIDTH - left - _STEP - _VALUE - EDGE, len(steps) * _ROW)
    axes = sheet.rows(box, _scale(steps), len(steps))
    axes.set_yticks(range(len(steps)), [style.fit(name, left - EDGE - 6) for name in names])
    _draw_bars(axes, steps, subject)
    _draw_numbers(sheet, box, steps)
    return Chart(sheet.figure, title, _alt(steps, names, unit, n))


def _steps(rows: pd.DataFrame) -> pd.DataFrame:
    """The series at the largest n that most of them have, slowest first, with time per item."""
    measured = rows[rows["status"] == "ok"]
    if measured.empty:
        return measured
    reached = measured.groupby("n").size()
    steps = measured[measured["n"] == reached[reached == reached.max()].index.max()]
    # Each row tells how many items a call has; they differ by rounding only.
    items = (steps["items_per_s"] * steps["latency_ns"] * 1e-9).dropna()
    divisor = items.median() if (items > 0).any() else 1.0
    steps = steps.assign(
        value=steps["latency_ns"] / divisor,
        low=steps["latency_ci_low_ns"] / divisor,
        high=steps["latency_ci_high_ns"] / divisor,
    ).sort_values("value", ascending=False, kind="stable")
    return steps.assign(step=steps["value"].shift(1) / steps["value"])


def _scale(steps: pd.DataFrame) -> Scale:
    """From somewhat below the fastest, so that its bar can be seen."""
    low, high = steps["value"].min(), steps[["value", "high"]].max().max()
    # Like every axis of ours at least a factor of 4, or noise would look like a difference.
    return Scale(low / max((high / low) ** 0.12, 1.6), max(high, low * 4 / 1.6))


def _draw_bars(axes: Axes, steps: pd.DataFrame, subject: Subject) -> None:
    scale = _scale(steps)
    for place, row in enumerate(steps.itertuples()):
        colour = subject.looks.of(row.variant, row.threads).colour
        axes.barh(place, row.value - scale.low, left=scale.low, height=_BAR,
                  label=style.series_label(row.variant, row.threads), **_fill(row.lane, colour))
        if np.isfinite(row.low) and np.isfinite(row.high):
            axes.hlines(place, row.low, row.high, color=style.INK, linewidth=1.6)
    ticks = style.decimal_ticks(scale.low, scale.high, most=6)
    axes.set_xticks(ticks, [style.format_time(tick) for tick in ticks])
    axes.tick_params(axis="x", pad=2)


def _fill(lane: str, colour: str) -> dict[str, Any]:
    """Native bars are full, Python's hollow with a dashed edge, as lines and markers are."""
    if lane == PYTHON_LANE:
        return {"facecolor": style.PAPER, "edgecolor": colour, "linewidth": 1.4, "linestyle": "--"}
    return {"facecolor": colour, "edgecolor": colour, "linewidth": 1.4}


def _draw_numbers(sheet: Sheet, box: Box, steps: pd.DataFrame) -> None:
    for place, row in enumerate(steps.itertuples()):
        y = box.top - (place + 0.5) * _ROW
        sheet.text(box.right + _VALUE - 6, y, style.format_time(row.value), ha="right",
                   va="center_baseline", size=TEXT_SIZE)
        if np.isfinite(row.step):
            # Between the two rows that it compares.
            sheet.text(box.right + _VALUE + _STEP - 6, y + _ROW / 2,
                       f"÷ {style.format_ratio(row.step).rstrip('×')}", ha="right",
                       va="center_baseline", size=TEXT_SIZE, color=style.MUTED)


def _notes(steps: pd.DataFrame) -> str:
    known = steps["low"].notna().any()
    interval = " · black line: confidence interval" if known else ""
    return f"full bars: native; hollow bars: Python{interval}"


def _alt(steps: pd.DataFrame, names: list[str], unit: str, n: str) -> str:
    listed = ", ".join(
        f"{name} {style.format_time(value)}" for name, value in zip(names, steps["value"])
    )
    return f"Bar chart, logarithmic axis. Time for each {unit} at n = {n}, slowest first: {listed}."
