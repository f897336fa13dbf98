"""What a server gives and takes: requests a second, memory and processor time, a row for each."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import matplotlib
import pandas as pd
from matplotlib.axes import Axes

from gapmeter_report.drawing import style
from gapmeter_report.drawing.rendering import Chart
from gapmeter_report.drawing.sheet import (
    EDGE, NOTE_HEIGHT, Box, Scale, Sheet, notes_in_lines,
)
from gapmeter_report.drawing.style import TEXT_SIZE, line_options
from gapmeter_report.drawing.text import fit, text_width
from gapmeter_report.drawing.ticks import decimal_ticks, thin
from gapmeter_report.models.numbers import (
    format_bytes, format_rate, format_time, round_bytes, round_rate, round_time,
)
from gapmeter_report.models.serving import Footprint, footprints, load_notes
from gapmeter_report.models.subjects import Subject

_ROW, _TOP, _BOTTOM = 19.0, 72.0, 50.0
_MOST_NAME, _SPACE = 150.0, 16.0
_MIB = 2**20


class _Column(NamedTuple):
    """Of each server a large mark, and a small one that it came from or could reach; the unit of
    the axis, and what is said of both."""

    title: str
    large: list[float | None]
    small: list[float | None]
    tick: Callable[[float], str]
    said: list[str]

    def scale(self) -> Scale | None:
        """Around all marks, and at least a factor of 4; None where there are none."""
        known = [value for value in (*self.large, *self.small) if value]
        if not known:
            return None
        low, high = min(known), max(known)
        margin = max((high / low) ** 0.06, 1.15, (4 * low / high) ** 0.5)
        return Scale(low / margin, high * margin)


@matplotlib.rc_context(style.RC)
def footprint_chart(rows: pd.DataFrame, subject: Subject) -> Chart | None:
    """Dots in three columns on logarithmic axes: rates, memory, processor time."""
    servers = footprints(rows, subject.costs, subject.looks)
    if not servers:
        return None
    objective = round_time(subject.costs["objective_ns"].iloc[0])
    title = f"{subject.kernel.title}: what a server gives and takes"
    subtitle = (
        f"requests a second with p99 within {objective}, of those that it answers at most; memory, "
        "idle and under load; processor time"
    )
    notes = [
        "marks: within the objective, under load; |: at most, idle",
        "memory: of all its processes (Pss)",
        *load_notes(subject.kernel.service, rows),
    ]
    bottom = _BOTTOM + (len(notes_in_lines(notes)) - 1) * NOTE_HEIGHT
    sheet = Sheet(_TOP + len(servers) * _ROW + bottom, title, subtitle, subject.footer, notes)
    name_width = min(max(text_width(server.label) for server in servers), _MOST_NAME)
    columns = _columns(servers)
    room = style.WIDTH - 2 * EDGE - name_width - 10 - _SPACE * (len(columns) - 1)
    left = EDGE + name_width + 10
    for index, column in enumerate(columns):
        box = Box(left, bottom, room / len(columns), len(servers) * _ROW)
        _draw_column(sheet, box, column, servers)
        if index == 0:
            _draw_names(sheet, box, servers)
        left = box.right + _SPACE
    return Chart(sheet.figure, title, _alt(servers, objective))


def _columns(servers: list[Footprint]) -> list[_Column]:
    return [
        _Column(
            "requests/s", [s.rate for s in servers], [s.capacity for s in servers], round_rate,
            [_pair(s.rate, s.capacity, "of", round_rate, format_rate) for s in servers],
        ),
        _Column(
            "memory", [s.loaded_bytes for s in servers], [s.idle_bytes for s in servers],
            round_bytes, [_memory(s) for s in servers],
        ),
        _Column(
            "processor time a request", [_ns(s.processor_s) for s in servers],
            [None] * len(servers), round_time,
            [_one(_ns(s.processor_s), format_time) for s in servers],
        ),
    ]


def _draw_column(sheet: Sheet, box: Box, column: _Column, servers: list[Footprint]) -> None:
    sheet.text(box.left, box.top + 8, column.title, color=style.MUTED)
    width = max(text_width(said) for said in column.said) + 6
    scale = column.scale()
    if scale is not None:
        narrower = box._replace(width=box.width - width)
        axes = sheet.rows(narrower, scale, len(servers))
        _draw_marks(axes, column, servers, scale)
        _draw_ticks(axes, narrower, column, scale)
    for place, said in enumerate(column.said):
        y = box.top - (place + 0.5) * _ROW
        sheet.text(box.right, y, said, ha="right", va="center_baseline", size=TEXT_SIZE)


def _draw_marks(axes: Axes, column: _Column, servers: list[Footprint], scale: Scale) -> None:
    axes.hlines(range(len(servers)), scale.low, scale.high, color=style.GRID, linewidth=0.7,
                zorder=0.8)
    for place, (server, large, small) in enumerate(zip(servers, column.large, column.small)):
        colour = server.look.colour
        if large and small:
            axes.hlines(place, *sorted((large, small)), color=colour, linewidth=1.6)
        if small:
            axes.plot([small], [place], color=colour, marker="|", markersize=9,
                      markeredgewidth=1.6, label=f"small {server.label}")
        if large:
            axes.plot([large], [place], label=server.label, **line_options(server.look) | {
                "linestyle": "none", "markersize": 6.5})


def _draw_ticks(axes: Axes, box: Box, column: _Column, scale: Scale) -> None:
    ticks = decimal_ticks(scale.low, scale.high, most=4)
    if column.tick is round_bytes:
        ticks = [_MIB * tick for tick in decimal_ticks(scale.low / _MIB, scale.high / _MIB, most=4)]
    names = [column.tick(tick) for tick in ticks]
    places = [scale.fraction(tick) * box.width for tick in ticks]
    kept = thin(places, [text_width(name) for name in names])
    axes.set_xticks([ticks[i] for i in kept], [names[i] for i in kept])
    axes.set_yticks([])
    axes.tick_params(axis="x", pad=2)


def _draw_names(sheet: Sheet, box: Box, servers: list[Footprint]) -> None:
    for place, server in enumerate(servers):
        y = box.top - (place + 0.5) * _ROW
        name = fit(server.label, _MOST_NAME)
        sheet.text(box.left - 10, y, name, ha="right", va="center_baseline", size=TEXT_SIZE)


# Words


def _pair(
    first: float | None, second: float | None, word: str, form: Callable[[float], str],
    other: Callable[[float], str],
) -> str:
    if first is None and second is None:
        return "–"
    return f"{_one(first, form)} {word} {_one(second, other)}"


def _one(value: float | None, form: Callable[[float], str]) -> str:
    return "–" if value is None else form(value)


def _ns(seconds: float | None) -> float | None:
    return None if seconds is None else seconds * 1e9


def _memory(server: Footprint) -> str:
    if server.loaded_bytes is None:
        return "–"
    said = format_bytes(server.loaded_bytes)
    return said if server.processes < 2 else f"{said} in {server.processes}"


def _alt(servers: list[Footprint], objective: str) -> str:
    told = "; ".join(_told(server, objective) for server in servers)
    return f"Dot chart, logarithmic axes. {told}."


def _told(server: Footprint, objective: str) -> str:
    return (
        f"{server.label}: {_one(server.rate, round_rate)} requests/s with p99 within {objective}, "
        f"{_one(server.capacity, format_rate)} at most; memory "
        f"{_one(server.idle_bytes, format_bytes)} idle and "
        f"{_one(server.loaded_bytes, format_bytes)} under load; processor time a request "
        f"{_one(_ns(server.processor_s), format_time)}"
    )
