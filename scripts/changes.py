"""Draw what changed between two builds: `/usr/bin/python3 scripts/changes.py FILE.json --out PATH`.

FILE is what `gapmeter ab` or `gapmeter compare` print with --format json; the picture is an svg or
png, as PATH ends. Of very many cells it shows those that tell most. Exit status: 0 when it is
written, 2 with one line on stderr when it cannot be.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import errors

try:
    import matplotlib
    from matplotlib.axes import Axes
    from matplotlib.ticker import MaxNLocator

    import style
    from loading import one_line
    from render import Chart, render
    from sheet import EDGE, Box, Scale, Sheet
    from tables import read_text
except ImportError as error:
    errors.refuse_without(error)

_ROW, _TOP, _BOTTOM, _VERDICT, _MOST_NAME = 15.0, 60.0, 52.0, 190.0, 240.0
# Colour and marker of a verdict: neither alone reaches everybody.
_LOOKS = {
    "slower": ("#D55E00", "^"),
    "faster": ("#0072B2", "v"),
    "same": ("#000000", "o"),
    "inconclusive": ("#7F7F7F", "D"),
}
_FAILED = "failed"
_UNKNOWN_LOOK = ("#7F7F7F", "x")
# More would be metres high.
_MOST_ROWS = 60


@dataclass(frozen=True)
class Change:
    """A cell's ratio of new to base with its interval, NaN where there is none.

    `reason` is why a cell without a ratio has none.
    """

    name: str
    ratio: float
    low: float
    high: float
    verdict: str
    reason: str = ""


@dataclass(frozen=True)
class Comparison:
    """Two builds or runs: what was compared, which change counts, and every cell."""

    quantity: str
    threshold: float
    confidence: float
    changes: list[Change]
    verdict: str


def main(arguments: list[str]) -> int:
    """Parse the command line, draw, and say what was written."""
    options = _parse(arguments)

    def work() -> str:
        picture = render(changes_chart(load_comparison(options.file)), options.out.suffix[1:])
        options.out.parent.mkdir(parents=True, exist_ok=True)
        options.out.write_bytes(picture)
        return f"wrote {options.out}"

    return errors.run_program("changes.py", work, options.out, "file")


def load_comparison(path: Path) -> Comparison:
    """Load the JSON of a comparison, or raise LoadError."""
    try:
        content = json.loads(read_text(path))
        return Comparison(
            quantity=one_line(str(content["quantity"])),
            threshold=float(content["threshold"]),
            confidence=float(content["confidence"]),
            changes=[_change(cell) for cell in content["cells"]],
            verdict=one_line(str(content["verdict"])),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise errors.LoadError(
            f"{path}: is not a comparison ({type(error).__name__}: {one_line(str(error))}); write "
            "it with `gapmeter compare --format json`"
        ) from None


@matplotlib.rc_context(style.RC)
def changes_chart(comparison: Comparison) -> Chart:
    """A forest plot: a row for each cell, and the band of changes that do not count."""
    changes = shown(comparison.changes)
    title = f"What changed: {comparison.quantity}, new over base"
    better = "a smaller gap" if comparison.quantity == "gap" else "faster"
    subtitle = (
        f"below 1 is {better}; shaded: changes of up to {100 * comparison.threshold:.3g} %, "
        f"which do not count{_left_out(comparison.changes, changes)}"
    )
    confidence = f"{100 * comparison.confidence:.3g} %"
    footer = f"lines: intervals that all hold together with {confidence} confidence · gapmeter"
    sheet = Sheet(_TOP + max(len(changes), 1) * _ROW + _BOTTOM, title, subtitle, footer)
    widest = max((style.text_width(change.name) for change in changes), default=0.0)
    left = EDGE + min(widest, _MOST_NAME) + 10
    box = Box(left, _BOTTOM, style.WIDTH - left - _VERDICT - EDGE, max(len(changes), 1) * _ROW)
    scale = _scale(changes, comparison.threshold)
    axes = sheet.rows(box, scale, max(len(changes), 1))
    axes.set_yticks(range(len(changes)), [style.fit(c.name, left - EDGE - 6) for c in changes])
    _draw_band(axes, comparison.threshold)
    for place, change in enumerate(changes):
        _draw_change(axes, place, change)
        sheet.text(box.right + 10, box.top - (place + 0.5) * _ROW,
                   style.fit(_said(change), _VERDICT - 10), va="center_baseline")
    ticks = [t for t in MaxNLocator(6).tick_values(scale.low, scale.high)
             if scale.low <= t <= scale.high]
    axes.set_xticks(ticks, [f"{tick:.4g}" for tick in ticks])
    return Chart(sheet.figure, title, _alt(comparison, changes))


def shown(changes: list[Change]) -> list[Change]:
    """All, or of very many those that tell most, in their order: what failed, then what changed
    most, then what is least certain."""
    order = sorted(range(len(changes)), key=lambda place: _telling(changes[place]), reverse=True)
    return [changes[place] for place in sorted(order[:_MOST_ROWS])]


def _telling(change: Change) -> tuple[int, float]:
    """The larger, the more there is to tell of a change."""
    if math.isnan(change.ratio):
        return (3 if change.verdict == _FAILED else 0), 0.0
    if change.verdict in ("slower", "faster"):
        return 2, abs(math.log(change.ratio))
    # A ratio without an interval may be anything.
    width = math.log(change.high / change.low)
    return 1, math.inf if math.isnan(width) else width


def _left_out(changes: list[Change], drawn: list[Change]) -> str:
    left = Counter(change.verdict for change in changes) - Counter(c.verdict for c in drawn)
    listed = ", ".join(f"{count} {verdict}" for verdict, count in left.items())
    return f"; left out: {listed}" if listed else ""


def _change(cell: dict[str, Any]) -> Change:
    ratio = cell["ratio"] or {"ratio": None, "low": None, "high": None}
    value, low, high = (_ratio(ratio[key]) for key in ("ratio", "low", "high"))
    label = style.series_label(str(cell["variant"]), int(cell["threads"]))
    name = f"{cell['kernel']} {label} n = {style.format_size(int(cell['n']))}"
    missing = _FAILED if cell["failed"] else "not compared"
    verdict, reason = (str(cell["verdict"]), "") if cell["ratio"] else (missing, cell["reason"])
    return Change(one_line(name), value, low, high, one_line(verdict), one_line(str(reason)))


def _ratio(value: Any) -> float:
    if value is None:
        return math.nan
    number = float(value)
    if not math.isfinite(number) or number <= 0:
        raise ValueError(f"a ratio is {value!r}")
    return number


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
                  linestyle="none", label=change.name)


def _said(change: Change) -> str:
    if math.isnan(change.ratio):
        return f"{change.verdict}: {change.reason}"
    return f"{change.ratio:.3f}  {change.verdict}"


def _alt(comparison: Comparison, drawn: list[Change]) -> str:
    changed = [c for c in drawn if c.verdict in ("slower", "faster", _FAILED)]
    listed = "; ".join(
        f"{c.name} {c.verdict}{f', {c.ratio:.3f}' if not math.isnan(c.ratio) else ''}"
        for c in changed
    )
    return (
        f"Forest plot of {len(drawn)} cells, {comparison.quantity} new over base"
        f"{_left_out(comparison.changes, drawn)}. "
        f"Verdict: {comparison.verdict}. {listed or 'Nothing changed'}."
    )


def _parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="changes.py", description="Draw a comparison.")
    parser.add_argument("file", metavar="FILE", type=Path, help="the JSON of a comparison")
    parser.add_argument("--out", type=_picture_name, required=True, help="an .svg or .png")
    return parser.parse_args(arguments)


def _picture_name(text: str) -> Path:
    if Path(text).suffix not in (".svg", ".png"):
        raise argparse.ArgumentTypeError(f"{text!r} ends in neither .svg nor .png")
    return Path(text)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
