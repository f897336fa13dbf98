"""Thread scaling: how many times faster a variant gets with more threads."""

from __future__ import annotations

import matplotlib
import numpy as np
import pandas as pd
from matplotlib.axes import Axes

import style
from linechart import Words, line_chart
from panels import Panel, XAxis
from render import Chart
from series import series_of
from subjects import Subject


@matplotlib.rc_context(style.RC)
def scaling_chart(rows: pd.DataFrame, subject: Subject) -> Chart | None:
    """Speedup over one thread against the number of threads, at the largest n that tells it."""
    speedups = _speedups(rows)
    if speedups.empty:
        return None
    n = style.format_size(speedups["size"].max())
    # The threads take the place of n on the horizontal axis.
    points = speedups.assign(n=speedups["threads"], threads=1)
    lines = series_of(points, "speedup", subject.looks, note=_note)
    threads = np.unique(points["n"])
    panel = Panel(
        "speedup over one thread", lines, [], style.format_ratio_tick, style.binary_ticks
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


def _speedups(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows of variants with one thread and more at the largest n, with their speedup."""
    measured = rows[rows["status"] == "ok"]
    single = measured.loc[measured["threads"] == 1, ["variant", "n", "latency_ns"]]
    both = measured.merge(single, on=["variant", "n"], suffixes=("", "_single"))
    several = both[both["threads"] > 1]
    largest = several["n"].max() if len(several) else None
    chosen = both[(both["n"] == largest) & both["variant"].isin(several["variant"])]
    speedup = chosen["latency_ns_single"] / chosen["latency_ns"]
    return chosen.assign(size=chosen["n"], speedup=speedup)


def _note(part: pd.DataFrame, column: str) -> str:
    return style.format_ratio(part[column].iloc[-1])
