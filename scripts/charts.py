"""The charts of a kernel: pure functions from its rows to a figure with its alternative text.

Latency, gap, throughput and memory against n. Whatever was planned is shown: failed cells are
marked, and a chart without any measurement says so.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import matplotlib
import numpy as np
import pandas as pd

import alttext
import style
from caches import Mark, cache_marks, draw_marks, marks_note
from gaps import gap_rows, gap_series, reference_phrase, why_no_gap
from layout import Layout, draw_key
from loading import Kernel
from panels import Panel, draw_panel, draw_x_ticks, x_scale
from render import Chart
from series import failures_of, series_of
from sheet import Sheet
from subjects import Subject


class Words(NamedTuple):
    """What a chart says beside its data."""

    what: str
    subtitle: str
    alt: str


@matplotlib.rc_context(style.RC)
def latency_chart(rows: pd.DataFrame, subject: Subject) -> Chart:
    """Latency of a call against n, every variant, with its interval."""
    interval = ("latency_ci_low_ns", "latency_ci_high_ns")
    panel = Panel(
        y_label="latency per call",
        series=series_of(rows, "latency_ns", subject.looks, interval),
        failures=failures_of(rows, subject.looks),
        format=style.format_time,
        empty="No variant finished: there is no latency to show.",
    )
    words = Words("latency", "time of one call, every variant", alttext.latency_alt(panel))
    return _kernel_chart([panel], rows, subject, words, _marks(rows, subject, panel))


@matplotlib.rc_context(style.RC)
def gap_chart(rows: pd.DataFrame, subject: Subject) -> Chart:
    """Gap of every Python variant against n, with its interval and the line of parity."""
    python = gap_rows(rows)
    panel = Panel(
        y_label="gap: Python time / native time",
        series=gap_series(python, subject.looks, _gap_note),
        failures=failures_of(python, subject.looks),
        format=style.format_ratio_tick,
        empty=f"No gap: {why_no_gap(python)}.",
        parity=True,
        strip_name="no gap ×",
    )
    reference = reference_phrase(python)
    subtitle = f"compared with {reference}" if reference else ""
    words = Words("gap", subtitle, alttext.gap_alt(panel, reference))
    return _kernel_chart([panel], rows, subject, words, _marks(rows, subject, panel))


@matplotlib.rc_context(style.RC)
def throughput_chart(rows: pd.DataFrame, subject: Subject) -> Chart:
    """Items and bytes per second against n; what the kernel does not count is left out."""
    failures = failures_of(rows, subject.looks)
    panels = [
        Panel(f"throughput [{subject.kernel.item or 'item'}/s]",
              series_of(rows, "items_per_s", subject.looks), failures, style.format_rate),
        Panel("bandwidth [GB/s]", series_of(rows, "bytes_per_s", subject.looks, scale=1e-9),
              failures, style.format_number),
    ]
    shown = [panel for panel in panels if panel.series]
    if not shown:
        shown = [Panel("throughput", [], failures, style.format_rate,
                       empty="This kernel counts neither items nor bytes, or none was measured.")]
    subtitle = "work done per second; higher is better"
    words = Words("throughput", subtitle, alttext.extremes_alt(shown))
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


KERNEL_CHARTS: dict[str, Callable[[pd.DataFrame, Subject], Chart]] = {
    "latency": latency_chart,
    "gap": gap_chart,
    "throughput": throughput_chart,
    "rss": rss_chart,
}


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


def _byte_ticks(low: float, high: float) -> list[float]:
    return style.binary_ticks(low, high, most=6)


def _marks(rows: pd.DataFrame, subject: Subject, panel: Panel) -> list[Mark]:
    return cache_marks(rows, subject.caches) if panel.series else []


# What they share


def _kernel_chart(
    panels: list[Panel], rows: pd.DataFrame, subject: Subject, words: Words, marks: list[Mark]
) -> Chart:
    layout = Layout(panels)
    sizes = np.unique(np.concatenate([panel.sizes() for panel in panels]))
    title = f"{subject.kernel.title}: {words.what} against n"
    notes = " · ".join([*_interval_note(panels), *marks_note(marks)])
    sheet = Sheet(layout.height, title, words.subtitle, subject.footer, notes)
    for panel, box in zip(panels, layout.boxes):
        axes = draw_panel(sheet, box, panel, x_scale(sizes), layout.direct)
        draw_marks(axes, marks, named=panel is panels[0])
        axes.set_xticks([])
    draw_x_ticks(axes, layout.boxes[-1], sizes)
    axes.set_xlabel(_x_label(rows, subject.kernel), labelpad=3)
    draw_key(sheet, layout)
    failed = alttext.failed_alt(panels[0].failures)
    return Chart(sheet.figure, title, f"Line chart, logarithmic axes. {words.alt}{failed}")


def _interval_note(panels: list[Panel]) -> list[str]:
    series = [series for panel in panels for series in panel.series]
    known = any(np.isfinite(s.low).any() and np.isfinite(s.high).any() for s in series)
    return ["band or bar: confidence interval"] if known else []


def _x_label(rows: pd.DataFrame, kernel: Kernel) -> str:
    """n has the kernel's unit only where it counts the items, which the rates tell."""
    ratio = (rows["items_per_s"] * rows["latency_ns"] * 1e-9 / rows["n"]).dropna()
    counted = len(ratio) > 0 and abs(ratio.median() - 1) < 0.01
    unit = f" ({kernel.item}s)" if kernel.item and counted else ""
    return f"input size n{unit}"
