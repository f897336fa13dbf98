"""The chart of changes between two builds or runs: a row for each cell, of very many for some."""

from __future__ import annotations

import math

import matplotlib
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from gapmeter_report.drawing import style
from gapmeter_report.drawing.rendering import Chart
from gapmeter_report.drawing.sheet import EDGE, Box, Scale, Sheet
from gapmeter_report.drawing.text import fit, text_width
from gapmeter_report.loading.comparison import FAILED, Change, Comparison
from gapmeter_report.models.changes import left_out, name_of, shown

_ROW, _TOP, _BOTTOM, _VERDICT, _MOST_NAME = 15.0, 60.0, 52.0, 190.0, 240.0
# Colour and marker of a verdict: neither alone reaches everybody.
_LOOKS = {
    "slower": ("#D55E00", "^"),
    "faster": ("#0072B2", "v"),
    "same": ("#000000", "o"),
    "inconclusive": ("#7F7F7F", "D"),
}
_UNKNOWN_LOOK = ("#7F7F7F", "x")


@matplotlib.rc_context(style.RC)
def changes_chart(comparison: Comparison) -> Chart:
    """A forest plot: a row for each cell, and the band of changes that do not count."""
    changes = shown(comparison.changes)
    title = f"What changed: {comparison.quantity}, new over base"
    better = "a smaller gap" if comparison.quantity == "gap" else "faster"
    subtitle = (
        f"below 1 is {better}; shaded: changes of up to {100 * comparison.threshold:.3g} %, "
        f"which do not count{left_out(comparison.changes, changes)}"
    )
    confidence = f"{100 * comparison.confidence:.3g} %"
    footer = f"lines: intervals that all hold together with {confidence} confidence · gapmeter"
    sheet = Sheet(_TOP + max(len(changes), 1) * _ROW + _BOTTOM, title, subtitle, footer)
    widest = max((text_width(name_of(change)) for change in changes), default=0.0)
    left = EDGE + min(widest, _MOST_NAME) + 10
    box = Box(left, _BOTTOM, style.WIDTH - left - _VERDICT - EDGE, max(len(changes), 1) * _ROW)
    scale = _scale(changes, comparison.threshold)
    axes = sheet.rows(box, scale, max(len(changes), 1))
    axes.set_yticks(range(len(changes)), [fit(name_of(c), left - EDGE - 6) for c in changes])
    _draw_band(axes, comparison.threshold)
    for place, change in enumerate(changes):
        _draw_change(axes, place, change)
        sheet.text(box.right + 10, box.top - (place + 0.5) * _ROW,
                   fit(_said(change), _VERDICT - 10), va="center_baseline")
    ticks = [t for t in MaxNLocator(6).tick_values(scale.low, scale.high)
             if scale.low <= t <= scale.high]
    axes.set_xticks(ticks, [f"{tick:.4g}" for tick in ticks])
    return Chart(sheet.figure, title, _alt(comparison, changes))


def _scale(changes: list[Change], threshold: float) -> Scale:
    """Symmetric around 1, and wide enough to see the band."""
    values = [v for c in changes for v in (c.ratio, c.low, c.high) if not math.isnan(v)]
    most = max([2.5 * math.log1p(threshold), *(abs(math.log(v)) for v in values)]) * 1.06
    return Scale(math.exp(-most), math.exp(most))


def _draw_band(axes: Axes, threshold: float) -> None:
    axes.axvspan(1 / (1 + threshold), 1 + threshold, color=style.GRID, linewidth=0, zorder=0.5)
    axes.axvline(1.0, color=style.INK, linewidth=0.9, zorder=1)


def _draw_change(axes: Axes, place: int, change: Change) -> None:
    colour, marker = _LOOKS.get(change.verdict, _UNKNOWN_LOOK)
    if not math.isnan(change.low) and not math.isnan(change.high):
        axes.hlines(place, change.low, change.high, color=colour, linewidth=1.8)
    if not math.isnan(change.ratio):
        axes.plot([change.ratio], [place], color=colour, marker=marker, markersize=5.5,
                  linestyle="none", label=name_of(change))


def _said(change: Change) -> str:
    if math.isnan(change.ratio):
        return f"{change.verdict}: {change.reason}"
    return f"{change.ratio:.3f}  {change.verdict}"


def _alt(comparison: Comparison, drawn: list[Change]) -> str:
    changed = [c for c in drawn if c.verdict in ("slower", "faster", FAILED)]
    listed = "; ".join(
        f"{name_of(c)} {c.verdict}{f', {c.ratio:.3f}' if not math.isnan(c.ratio) else ''}"
        for c in changed
    )
    return (
        f"Forest plot of {len(drawn)} cells, {comparison.quantity} new over base"
        f"{left_out(comparison.changes, drawn)}. "
        f"Verdict: {comparison.verdict}. {listed or 'Nothing changed'}."
    )
