"""The chart of thread scaling: how many times faster a variant gets with more threads."""

from __future__ import annotations

import matplotlib
import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from gapmeter_report.drawing import style
from gapmeter_report.drawing.linechart import Words, line_chart
from gapmeter_report.drawing.panels import Panel, XAxis
from gapmeter_report.drawing.rendering import Chart
from gapmeter_report.drawing.ticks import binary_ticks
from gapmeter_report.models.numbers import format_ratio, format_size, round_ratio
from gapmeter_report.models.series import series_of
from gapmeter_report.models.speedups import speedups_of
from gapmeter_report.models.subjects import Subject


@matplotlib.rc_context(style.RC)
def scaling_chart(rows: pd.DataFrame, subject: Subject) -> Chart | None:
    """Speedup over one thread against the number of threads, at the largest n that tells it."""
    speedups = speedups_of(rows)
    if speedups.empty:
        return None
    n = format_size(speedups["size"].max())
    # The threads take the place of n on the horizontal axis.
    points = speedups.assign(n=speedups["threads"], threads=1)
    lines = series_of(points, "speedup", subject.looks, note=_note)
    threads = np.unique(points["n"])
    panel = Panel(
        "speedup over one thread", lines, [], round_ratio, binary_ticks
    )

    def draw_ideal(_: Panel, axes: Axes) -> None:
        axes.plot(threads, threads, color=style.MUTED, linewidth=1.0, linestyle=(0, (6, 2)),
                  zorder=1.4, label="ideal")

    listed = ", ".join(f"{line.label} {line.note} with {line.n[-1]} threads" for line in lines)
    words = Words(
        title=f"{subject.kernel.title}: thread scaling",
        subtitle=f"times faster than the same variant with one thread, at n = {n}",
        alt=f"Speedup over one thread at n = {n}: {listed}.",
        notes=("dashed grey: ideal, as many times faster as there are threads",),
    )
    axis = XAxis("threads", {float(count): str(count) for count in threads})
    return line_chart([panel], words, axis, subject.footer, draw_more=draw_ideal)


def _note(part: pd.DataFrame, column: str) -> str:
    return format_ratio(part[column].iloc[-1])
