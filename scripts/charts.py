"""The charts of a kernel: pure functions from its rows to a figure with its alternative text.

Latency, gap, throughput and memory against n. Whatever was planned is shown: failed cells are
marked, and a chart without any measurement says so.
"""

from __future__ import annotations

from collections.abc import Callable

import matplotlib
import numpy as np
import pandas as pd

import alttext
import style
from caches import Mark, cache_marks, marks_note
from gaps import gap_rows, gap_series, reference_phrase, why_no_gap
from growth import crossing_phrases, crossing_rings, with_growth
from linechart import Words, line_chart
from loading import Kernel
from panels import Level, Panel, size_axis
from render import Chart
from series import failures_of, series_of
from subjects import Subject


@matplotlib.rc_context(style.RC)
def latency_chart(rows: pd.DataFrame, subject: Subject) -> Chart:
    """Latency of a call against n, every variant, with its interval."""
    interval = ("latency_ci_low_ns", "latency_ci_high_ns")
    series = with_growth(
        series_of(rows, "latency_ns", subject.looks, interval), subject.growth, "time"
    )
    panel = Panel(
        y_label="latency per call",
        series=series,
        failures=failures_of(rows, subject.looks),
        format=style.format_time,
        empty="No variant finished: there is no latency to show.",
        rings=crossing_rings(series, subject.growth),
    )
    alt = alttext.latency_alt(panel, crossing_phrases(subject.growth))
    words = Words("latency", "time of one call, every variant", alt)
    return _kernel_chart([panel], rows, subject, words, _marks(rows, subject, panel))


@matplotlib.rc_context(style.RC)
def gap_chart(rows: pd.DataFrame, subject: Subject) -> Chart:
    """Gap of every Python variant against n, with its interval and the line of parity."""
    python = gap_rows(rows)
    series = with_growth(gap_series(python, subject.looks, _gap_note), subject.growth, "gap")
    panel = Panel(
        y_label="gap: Python time / native time",
        series=series,
        failures=failures_of(python, subject.looks),
        format=style.format_ratio_tick,
        empty=f"No gap: {why_no_gap(python)}.",
        levels=(Level("parity", 1.0, strong=True),),
        rings=crossing_rings(series, subject.growth, parity=1.0),
        strip_name="no gap",
    )
    reference = reference_phrase(python)
    subtitle = f"compared with {reference}" if reference else ""
    alt = alttext.gap_alt(panel, reference, crossing_phrases(subject.growth))
    words = Words("gap", subtitle, alt)
    return _kernel_chart([panel], rows, subject, words, _marks(rows, subject, panel))


@matplotlib.rc_context(style.RC)
def throughput_chart(rows: pd.DataFrame, subject: Subject) -> Chart:
    """Items, bytes and floating-point operations per second against n, under the machine's limits;
    what the kernel does not count is left out."""
    failures = failures_of(rows, subject.looks)
    panels = [
        Panel(f"throughput [{subject.kernel.item or 'item'}/s]",
              series_of(rows, "items_per_s", subject.looks), failures, style.format_rate),
        Panel("bandwidth [GB/s]", series_of(rows, "bytes_per_s", subject.looks, scale=1e-9),
              failures, style.format_number, levels=_bandwidth_limits(subject.limits)),
        Panel("arithmetic [GFLOP/s]", series_of(rows, "flops_per_s", subject.looks, scale=1e-9),
              failures, style.format_number, levels=_arithmetic_limit(subject.limits)),
    ]
    shown = [panel for panel in panels if panel.series]
    if not shown:
        shown = [Panel("throughput", [], failures, style.format_rate,
                       empty="This kernel counts no work, or none was measured.")]
    subtitle = "work done per second; higher is better"
    words = Words("throughput", subtitle, alttext.extremes_alt(shown), _limits_note(shown))
    return _kernel_chart(shown, rows, subject, words, _marks(rows, subject, shown[0]))


@matplotlib.rc_context(style.RC)
def rss_chart(rows: pd.DataFrame, subject: Subject) -> Chart:
    """Resident memory over the process's baseline against n: holding the inputs, and at peak."""
    looks, failures = subject.looks, failures_of(rows, subject.looks)
    note = _bytes_per_item(subject.kernel.item)
    panels = [
        Panel("inputs held [RSS added]", series_of(rows, "rss_input_bytes", looks, note=note),
              failures, style.format_bytes, _byte_ticks),
        Panel("peak in a call [RSS added]", series_of(rows, "rss_peak_bytes", looks, note=note),
              failures, style.format_bytes, _byte_ticks),
    ]
    shown = [panel for panel in panels if panel.series]
    if not shown:
        shown = [Panel("RSS added", [], failures, style.format_bytes,
                       empty="No increment reached the resolution of 1 MiB.")]
    subtitle = (
        "resident memory (RSS) over the process's baseline, from 1 MiB on; labels: at the largest n"
    )
    words = Words("memory", subtitle, alttext.extremes_alt(shown))
    return _kernel_chart(shown, rows, subject, words, marks=[])


# What is particular to one chart


def _gap_note(part: pd.DataFrame, column: str) -> str:
    return style.format_ratio(part[column].iloc[-1])


def _bytes_per_item(item: str | None) -> Callable[[pd.DataFrame, str], str]:
    """Bytes per item at the largest n. n is not always the number of items (think of matrices);
    what a call processes follows from its rate and its latency."""

    def note(part: pd.DataFrame, column: str) -> str:
        last = part.iloc[-1]
        items, name = last["items_per_s"] * last["latency_ns"] * 1e-9, item or "item"
        if not items > 0:
            items, name = last["n"], "n"
        return f"{last[column] / items:.1f} B/{name}" if items else ""

    return note


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


def _byte_ticks(low: float, high: float) -> list[float]:
    return style.binary_ticks(low, high, most=6)


def _marks(rows: pd.DataFrame, subject: Subject, panel: Panel) -> list[Mark]:
    return cache_marks(rows, subject.caches) if panel.series else []


# What they share


def _kernel_chart(
    panels: list[Panel], rows: pd.DataFrame, subject: Subject, words: Words, marks: list[Mark]
) -> Chart:
    sizes = np.unique(np.concatenate([panel.sizes() for panel in panels]))
    title = f"{subject.kernel.title}: {words.title} against n"
    words = words._replace(title=title, notes=(*marks_note(marks), *words.notes))
    axis = size_axis(_x_label(rows, subject.kernel), sizes)
    return line_chart(panels, words, axis, subject.footer, marks)


def _x_label(rows: pd.DataFrame, kernel: Kernel) -> str:
    """n has the kernel's unit only where it counts the items, which the rates tell."""
    ratio = (rows["items_per_s"] * rows["latency_ns"] * 1e-9 / rows["n"]).dropna()
    counted = len(ratio) > 0 and abs(ratio.median() - 1) < 0.01
    unit = f" ({kernel.item}s)" if kernel.item and counted else ""
    return f"input size n{unit}"
