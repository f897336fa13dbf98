"""Work done per second against n, under the limits of the machine."""

from __future__ import annotations

from typing import NamedTuple

import matplotlib
import pandas as pd

from gapmeter_report.charts.over_n import cache_marks_of, chart_over_n
from gapmeter_report.drawing import alttext, style
from gapmeter_report.drawing.linechart import Words
from gapmeter_report.drawing.panels import Level, Panel
from gapmeter_report.drawing.rendering import Chart
from gapmeter_report.models.caches import beyond_caches
from gapmeter_report.models.numbers import format_rate, round_number, round_rate, three_digits
from gapmeter_report.models.series import failures_of, series_of
from gapmeter_report.models.subjects import Subject


_REACHED = "the most that simple loops reached on one processor"


class _MemoryLimit(NamedTuple):
    """One of the limits of memory: what it is called, and how its line is drawn."""

    name: str
    look: str
    dashes: tuple[float, ...]


# By their names in run.json.
_MEMORY_LIMITS = {
    "read_bytes_per_s": _MemoryLimit("read", "dashed", (6, 2)),
    "copy_bytes_per_s": _MemoryLimit("copy", "dash-dotted", (6, 2, 1, 2)),
    "multiply_bytes_per_s": _MemoryLimit("read two, write one", "dotted", (1, 1.5)),
}


@matplotlib.rc_context(style.RC)
def throughput_chart(rows: pd.DataFrame, subject: Subject) -> Chart:
    """Items, bytes and floating-point operations per second against n, under the machine's limits;
    what the kernel does not count is left out."""
    failures = failures_of(rows, subject.looks)
    memory_from = beyond_caches(rows, subject.caches)
    panels = [
        Panel(f"throughput [{subject.kernel.item or 'item'}/s]",
              series_of(rows, "items_per_s", subject.looks), failures, round_rate,
              figure=format_rate),
        Panel("bandwidth [GB/s]", series_of(rows, "bytes_per_s", subject.looks, scale=1e-9),
              failures, round_number, levels=_bandwidth_limits(subject.limits, memory_from)),
        Panel("arithmetic [GFLOP/s]", series_of(rows, "flops_per_s", subject.looks, scale=1e-9),
              failures, round_number, levels=_arithmetic_limit(subject.limits)),
    ]
    shown = [panel for panel in panels if panel.series]
    if not shown:
        shown = [Panel("throughput", [], failures, round_rate,
                       empty="This kernel counts no work, or none was measured.")]
    subtitle = "work done per second; higher is better"
    notes = _limits_note(shown, subject.limits)
    words = Words("throughput", subtitle, alttext.extremes_alt(shown), notes)
    return chart_over_n(shown, rows, subject, words, cache_marks_of(rows, subject, shown[0]))


def _bandwidth_limits(
    limits: dict[str, float], memory_from: float | None
) -> tuple[Level, ...]:
    """The machine's memory, in the panel's unit: the roof over whatever leaves the caches, and only
    where it does."""
    if memory_from is None:
        return ()
    return tuple(
        Level("", limits[key] * 1e-9, since=memory_from, dashes=(0, limit.dashes))
        for key, limit in _MEMORY_LIMITS.items() if key in limits
    )


def _arithmetic_limit(limits: dict[str, float]) -> tuple[Level, ...]:
    """The processor, in the panel's unit: the roof over whatever stays in the caches."""
    if "flops_per_s" not in limits:
        return ()
    return (Level("float32 multiply-adds", limits["flops_per_s"] * 1e-9),)


def _limits_note(panels: list[Panel], limits: dict[str, float]) -> tuple[str, ...]:
    """The limits that are drawn; those of memory have no room for names beside their lines."""
    levels = [level for panel in panels for level in panel.levels]
    notes: list[str] = []
    if any(level.name for level in levels):
        notes.append(f"dashed across: {_REACHED}")
    if any(level.since is not None for level in levels):
        named = ", ".join(
            f"{limit.name} {three_digits(limits[key] * 1e-9)} GB/s ({limit.look})"
            for key, limit in _MEMORY_LIMITS.items() if key in limits
        )
        notes.append(f"from where no cache holds the working set, memory's limits: {named}")
    return tuple(notes)
