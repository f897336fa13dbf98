"""The ladder of a kernel: what every change of representation or language buys by itself.

Each row is a variant at one n, with the time that it takes for an item and by what factor it
differs from the row above. A kernel that declares rungs has them in its order: the steps between
them split its gap into parts. Any other has its variants from the slowest to the fastest.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import matplotlib
import numpy as np
import pandas as pd
from matplotlib.axes import Axes

import style
from loading import Kernel, Rung
from render import Chart
from sheet import EDGE, Box, Scale, Sheet
from style import PYTHON_LANE, TEXT_SIZE
from subjects import Subject

_ROW, _BAR, _TOP, _BOTTOM = 17.0, 0.62, 50.0, 48.0
_MOST_NAME, _VALUE, _STEP = 190.0, 64.0, 46.0
_LADDER, _ALL = "what the gap is made of", "from the slowest variant to the fastest"


class Ladder(NamedTuple):
    """The rows from the top and what they are called; the rungs that are declared and not there."""

    steps: pd.DataFrame
    names: list[str]
    declared: bool = False
    missing: tuple[str, ...] = ()

    @property
    def n(self) -> str:
        """The size at which it stands."""
        return style.format_size(self.steps["n"].iloc[0])

    @property
    def total(self) -> float:
        """How many times as long the first row takes as the last: what the steps multiply to."""
        return float(self.steps["value"].iloc[0] / self.steps["value"].iloc[-1])


@matplotlib.rc_context(style.RC)
def ladder_chart(rows: pd.DataFrame, subject: Subject) -> Chart | None:
    """Bars of the latency per item, of the declared rungs or else of every variant."""
    measured = rows[rows["status"] == "ok"]
    ladder = _declared(measured, subject.kernel) or _sorted(measured)
    if ladder is None:
        return None
    steps = ladder.steps
    unit = subject.kernel.item or "item" if (steps["items_per_s"] > 0).any() else "call"
    title = f"{subject.kernel.title}: {_LADDER if ladder.declared else _ALL}"
    height = _TOP + len(steps) * _ROW + _BOTTOM
    sheet = Sheet(height, title, _subtitle(ladder, unit), subject.footer, _notes(ladder))
    left = EDGE + min(max(style.text_width(name) for name in ladder.names), _MOST_NAME) + 10
    box = Box(left, _BOTTOM, style.WIDTH - left - _STEP - _VALUE - EDGE, len(steps) * _ROW)
    axes = sheet.rows(box, _scale(steps), len(steps))
    axes.set_yticks(range(len(steps)), [style.fit(name, left - EDGE - 6) for name in ladder.names])
    _draw_bars(axes, ladder, subject)
    _draw_numbers(sheet, box, ladder)
    return Chart(sheet.figure, title, _alt(ladder, unit))


# Rows


def _declared(measured: pd.DataFrame, kernel: Kernel) -> Ladder | None:
    """The declared rungs that have a result, in their order; of one thread, as the gap is."""
    places = {rung.variant: place for place, rung in enumerate(kernel.ladder)}
    own = measured[(measured["threads"] == 1) & measured["variant"].isin(places)]
    steps = _at_one_n(own).sort_values("variant", key=lambda variants: variants.map(places))
    if len(steps) < 2:
        return None
    reached = set(steps["variant"])
    return Ladder(
        steps=_with_steps(steps),
        names=[_rung_name(rung) for rung in kernel.ladder if rung.variant in reached],
        declared=True,
        missing=tuple(_rung_name(rung) for rung in kernel.ladder if rung.variant not in reached),
    )


def _sorted(measured: pd.DataFrame) -> Ladder | None:
    """Every variant from the slowest to the fastest, with the fewest threads that there are:
    between different numbers of threads a step would tell of both."""
    fewest = measured[measured["threads"] == measured["threads"].min()]
    steps = _at_one_n(fewest).sort_values("value", ascending=False, kind="stable")
    if len(steps) < 2:
        return None
    names = [style.series_label(row.variant, row.threads) for row in steps.itertuples()]
    return Ladder(_with_steps(steps), names)


def _rung_name(rung: Rung) -> str:
    return f"{rung.name} · {rung.variant}"


def _at_one_n(measured: pd.DataFrame) -> pd.DataFrame:
    """The series at the largest n that most of them have, with their time per item."""
    reached = measured.groupby("n").size()
    rows = measured[measured["n"] == reached[reached == reached.max()].index.max()]
    # Each row tells how many items a call has; they differ by rounding only.
    items = (rows["items_per_s"] * rows["latency_ns"] * 1e-9).dropna()
    divisor = items.median() if (items > 0).any() else 1.0
    return rows.assign(
        value=rows["latency_ns"] / divisor,
        low=rows["latency_ci_low_ns"] / divisor,
        high=rows["latency_ci_high_ns"] / divisor,
    )


def _with_steps(rows: pd.DataFrame) -> pd.DataFrame:
    """Rows in their final order, each with how many times faster it is than the one above."""
    return rows.assign(step=rows["value"].shift(1) / rows["value"])


# Drawing


def _scale(steps: pd.DataFrame) -> Scale:
    """From somewhat below the fastest, so that its bar can be seen."""
    low, high = steps["value"].min(), steps[["value", "high"]].max().max()
    # Like every axis of ours at least a factor of 4, or noise would look like a difference.
    return Scale(low / max((high / low) ** 0.12, 1.6), max(high, low * 4 / 1.6))


def _draw_bars(axes: Axes, ladder: Ladder, subject: Subject) -> None:
    scale = _scale(ladder.steps)
    for place, (row, name) in enumerate(zip(ladder.steps.itertuples(), ladder.names)):
        colour = subject.looks.of(row.variant, row.threads).colour
        axes.barh(place, row.value - scale.low, left=scale.low, height=_BAR, label=name,
                  **_fill(row.lane, colour))
        if np.isfinite(row.low) and np.isfinite(row.high):
            # On a dark bar the line is only seen by its edges.
            for ink, width in ((style.PAPER, 3.6), (style.INK, 1.6)):
                axes.hlines(place, row.low, row.high, color=ink, linewidth=width)
    ticks = style.decimal_ticks(scale.low, scale.high, most=6)
    axes.set_xticks(ticks, [style.format_time(tick) for tick in ticks])
    axes.tick_params(axis="x", pad=2)


def _fill(lane: str, colour: str) -> dict[str, Any]:
    """Native bars are full, Python's hollow with a dashed edge, as lines and markers are."""
    if lane == PYTHON_LANE:
        return {"facecolor": style.PAPER, "edgecolor": colour, "linewidth": 1.4, "linestyle": "--"}
    return {"facecolor": colour, "edgecolor": colour, "linewidth": 1.4}


def _draw_numbers(sheet: Sheet, box: Box, ladder: Ladder) -> None:
    right = box.right + _VALUE + _STEP - 6
    for place, row in enumerate(ladder.steps.itertuples()):
        y = box.top - (place + 0.5) * _ROW
        sheet.text(box.right + _VALUE - 6, y, style.format_time(row.value), ha="right",
                   va="center_baseline", size=TEXT_SIZE)
        if np.isfinite(row.step):
            # Between the two rows that it compares.
            sheet.text(right, y + _ROW / 2, _factor(row.step), ha="right", va="center_baseline",
                       size=TEXT_SIZE, color=style.MUTED)
    if ladder.declared:
        sheet.text(right, box.bottom - _ROW / 2, f"in all {_factor(ladder.total)}", ha="right",
                   va="center_baseline", size=TEXT_SIZE, weight="bold")


# Words


def _factor(faster: float) -> str:
    """By what a time is divided, or multiplied where it grows."""
    sign, factor = ("÷", faster) if faster >= 1 else ("×", 1 / faster)
    return f"{sign} {style.format_ratio(factor).rstrip('×')}"


def _subtitle(ladder: Ladder, unit: str) -> str:
    time = f"time for each {unit} at n = {ladder.n}"
    if not ladder.declared:
        return f"{time}; ÷: times faster than the row above"
    return f"{time}; {_whole(ladder)}"


def _whole(ladder: Ladder) -> str:
    first, last = ladder.steps["variant"].iloc[0], ladder.steps["variant"].iloc[-1]
    total = style.format_ratio(ladder.total)
    return f"{first} takes {total} the time of {last}: the steps multiply to it"


def _notes(ladder: Ladder) -> str:
    parts = [f"no result: {', '.join(ladder.missing)}"] if ladder.missing else []
    parts.append("full bars: native; hollow bars: Python")
    if ladder.steps["low"].notna().any():
        parts.append("line at the end of a bar: confidence interval")
    return " · ".join(parts)


def _alt(ladder: Ladder, unit: str) -> str:
    what = f"Bar chart, logarithmic axis. Time for each {unit} at n = {ladder.n}"
    times = [style.format_time(value) for value in ladder.steps["value"]]
    told = [f"{name} {time}" for name, time in zip(ladder.names, times)]
    if not ladder.declared:
        return f"{what}, slowest first: {', '.join(told)}."
    factors = [_factor(step) for step in ladder.steps["step"].iloc[1:]]
    listed = ", ".join([told[0], *map(" ".join, zip(factors, told[1:]))])
    missing = f" No result: {', '.join(ladder.missing)}." if ladder.missing else ""
    return f"{what}, rung by rung: {listed}. {_whole(ladder)}.{missing}"
