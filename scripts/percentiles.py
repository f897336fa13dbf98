"""Percentiles of calls timed one by one: how long the rare slow call takes."""

from __future__ import annotations

import matplotlib
import numpy as np
import pandas as pd
from matplotlib.axes import Axes

import style
from linechart import Words, line_chart
from panels import Panel, XAxis
from render import Chart
from series import Series
from subjects import Subject

# How many calls there are for each that is at least as slow.
_NAMED = {2.0: "50 %", 10.0: "90 %", 100.0: "99 %", 1e3: "99.9 %", 1e4: "99.99 %", 1e5: "99.999 %"}
_FLOORS = {100.0: "latency_p99_floor_ns", 1e3: "latency_p999_floor_ns"}


@matplotlib.rc_context(style.RC)
def percentile_chart(rows: pd.DataFrame, subject: Subject) -> Chart | None:
    """Latency against percentile at the largest n whose 99th is known, and at n = 1."""
    tails = _tails(subject.quantiles)
    known = tails.loc[(tails["rarity"] >= 100) & (tails["quantile"] < 1), "n"]
    if known.empty:
        return None
    sizes = [1, known.max()] if (known == 1).any() and known.max() > 1 else [known.max()]
    panels = {n: _panel(tails[tails["n"] == n], n, subject) for n in sizes}
    floors = {panels[n].y_label: rows[rows["n"] == n] for n in sizes}
    has_floors = any(part[[*_FLOORS.values()]].notna().any().any() for part in floors.values())

    def draw_floors(panel: Panel, axes: Axes) -> None:
        for row in floors[panel.y_label].itertuples():
            _draw_floor(axes, row, subject)

    too_few = _without_line(rows[rows["n"] == sizes[-1]], panels[sizes[-1]])
    notes = [
        *(["short bars: what the machine's interruptions alone would make of it"] * has_floors),
        *([f"too few calls: {', '.join(too_few)}"] if too_few else []),
    ]
    title = f"{subject.kernel.title}: percentiles of single calls"
    words = Words(
        title=title,
        subtitle="how long a call takes that is slower than this share of all calls; "
        "the last point is the longest",
        alt=" ".join(_alt(panel, n) for n, panel in panels.items()),
        notes=tuple(notes),
    )
    last = max(panel.sizes()[-1] for panel in panels.values())
    ticks = {rarity: name for rarity, name in _NAMED.items() if rarity <= last}
    axis = XAxis("share of the calls that are faster", ticks)
    return line_chart(
        list(panels.values()), words, axis, subject.footer, draw_more=draw_floors
    )


def _tails(quantiles: pd.DataFrame) -> pd.DataFrame:
    """From the median on, with how rare each quantile is; the longest call is one of all."""
    rarity = 1 / (1 - quantiles["quantile"].where(quantiles["quantile"] < 1))
    tails = quantiles.assign(rarity=rarity.round(6).fillna(quantiles["calls"]))
    return tails[(tails["quantile"] >= 0.5) & (tails["rarity"] >= 2)]


def _panel(tails: pd.DataFrame, n: int, subject: Subject) -> Panel:
    return Panel(
        y_label=f"latency of a call, n = {style.format_size(n)}",
        series=[
            _series(part.sort_values("rarity"), subject)
            for _, part in tails.groupby(["variant", "threads"], sort=False)
        ],
        failures=[],
        format=style.format_time,
    )


def _without_line(rows: pd.DataFrame, panel: Panel) -> list[str]:
    """What was measured at the panel's n, but with too few single calls for any percentile."""
    drawn = {series.label for series in panel.series}
    measured = rows[rows["status"] == "ok"]
    labels = [style.series_label(row.variant, row.threads) for row in measured.itertuples()]
    return [label for label in labels if label not in drawn]


def _series(part: pd.DataFrame, subject: Subject) -> Series:
    variant, threads = part["variant"].iloc[0], part["threads"].iloc[0]
    nothing = np.full(len(part), np.nan)
    return Series(
        variant=variant,
        threads=threads,
        label=style.series_label(variant, threads),
        look=subject.looks.of(variant, threads),
        n=part["rarity"].to_numpy(),
        value=part["latency_ns"].to_numpy(),
        low=nothing,
        high=nothing,
        absent=np.array([]),
        note=style.format_time(part["latency_ns"].iloc[-1]),
    )


def _draw_floor(axes: Axes, row: pd.Series, subject: Subject) -> None:
    points = [(rarity, getattr(row, column)) for rarity, column in _FLOORS.items()]
    known = [(rarity, value) for rarity, value in points if np.isfinite(value)]
    if known:
        axes.plot(*zip(*known), label=f"floor {style.series_label(row.variant, row.threads)}",
                  marker="_", markersize=11, markeredgewidth=1.6, linestyle="none",
                  color=subject.looks.of(row.variant, row.threads).colour)


def _alt(panel: Panel, n: int) -> str:
    listed = "; ".join(
        f"{series.label} {style.format_time(series.value[0])} in the median, "
        f"{style.format_time(series.value[-1])} at most"
        for series in panel.series
    )
    return f"At n = {style.format_size(n)}: {listed}."
