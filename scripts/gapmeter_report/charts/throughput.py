"""Work done per second against n, under the limits of the machine."""

from __future__ import annotations

import matplotlib
import pandas as pd

from gapmeter_report.charts.over_n import cache_marks_of, chart_over_n
from gapmeter_report.drawing import alttext, style
from gapmeter_report.drawing.linechart import Words
from gapmeter_report.drawing.panels import Level, Panel
from gapmeter_report.drawing.rendering import Chart
from gapmeter_report.models.numbers import format_rate, round_number, round_rate
from gapmeter_report.models.series import failures_of, series_of
from gapmeter_report.models.subjects import Subject


@matplotlib.rc_context(style.RC)
def throughput_chart(rows: pd.DataFrame, subject: Subject) -> Chart:
    """Items, bytes and floating-point operations per second against n, under the machine's limits;
    what the kernel does not count is left out."""
    failures = failures_of(rows, subject.looks)
    panels = [
        Panel(f"throughput [{subject.kernel.item or 'item'}/s]",
              series_of(rows, "items_per_s", subject.looks), failures, round_rate,
              figure=format_rate),
        Panel("bandwidth [GB/s]", series_of(rows, "bytes_per_s", subject.looks, scale=1e-9),
              failures, round_number, levels=_bandwidth_limits(subject.limits)),
        Panel("arithmetic [GFLOP/s]", series_of(rows, "flops_per_s", subject.looks, scale=1e-9),
              failures, round_number, levels=_arithmetic_limit(subject.limits)),
    ]
    shown = [panel for panel in panels if panel.series]
    if not shown:
        shown = [Panel("throughput", [], failures, round_rate,
                       empty="This kernel counts no work, or none was measured.")]
    subtitle = "work done per second; higher is better"
    words = Words("throughput", subtitle, alttext.extremes_alt(shown), _limits_note(shown))
    return chart_over_n(shown, rows, subject, words, cache_marks_of(rows, subject, shown[0]))


def _bandwidth_limits(limits: dict[str, float]) -> tuple[Level, ...]:
    """The machine's memory, in the panel's unit: the roof over whatever leaves the caches."""
    return tuple(
        Level(f"memory: {what}", limits[f"{what}_bytes_per_s"] * 1e-9)
        for what in ("read", "copy") if f"{what}_bytes_per_s" in limits
    )


def _arithmetic_limit(limits: dict[str, float]) -> tuple[Level, ...]:
    """The processor, in the panel's unit: the roof over whatever stays in the caches."""
    if "flops_per_s" not in limits:
        return ()
    return (Level("float32 multiply-adds", limits["flops_per_s"] * 1e-9),)


def _limits_note(panels: list[Panel]) -> tuple[str, ...]:
    known = any(panel.levels for panel in panels)
    return ("dashed: what simple loops reach on one processor here",) if known else ()
