"""The house style of gapmeter's charts: colours, looks of variants, formats, ticks, label placing.

Everything here is pure: it knows numbers and names, not charts. Colours are Okabe and Ito's, which
people with any common colour blindness can tell apart; and since a chart may be printed in grey,
the lane of a variant is never told by colour alone: native is a solid line with filled markers,
Python a dashed line with hollow ones.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from matplotlib.backends.backend_agg import RendererAgg
from matplotlib.font_manager import FontProperties

# Sizes are in points. At README width (864 px for 648 pt) 8.5 pt shows as 11 px.
WIDTH = 648.0
TITLE_SIZE = 12.5
TEXT_SIZE = 8.5
SMALL_SIZE = 7.5
LINE_HEIGHT = 12.0

INK = "#222222"
MUTED = "#666666"
GRID = "#E4E4E4"
PAPER = "#FFFFFF"
ALERT = "#FBEDE6"

RC: dict[str, Any] = {
    # A README shows an SVG as an image, without any font of ours: text becomes paths.
    "svg.fonttype": "path",
    # Without a salt the ids in an SVG are random and no two runs write the same bytes.
    "svg.hashsalt": "gapmeter",
    "font.family": ["DejaVu Sans"],
    "font.size": TEXT_SIZE,
    # A "$" in a title is a dollar sign, not the start of a formula.
    "text.parse_math": False,
    "text.usetex": False,
    "text.color": INK,
    "axes.edgecolor": MUTED,
    "axes.linewidth": 0.8,
    "axes.labelcolor": MUTED,
    # Grid lines belong below everything, the line of parity included.
    "axes.axisbelow": True,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "grid.color": GRID,
    "grid.linewidth": 0.7,
    "xtick.color": MUTED,
    "xtick.labelcolor": INK,
    "xtick.labelsize": TEXT_SIZE,
    "xtick.major.size": 3,
    "ytick.labelcolor": INK,
    "ytick.labelsize": TEXT_SIZE,
    "ytick.major.size": 0,
    "axes.unicode_minus": False,
    "figure.facecolor": PAPER,
}

PYTHON_LANE = "python"
# Okabe and Ito's yellow is darkened: as they give it, a thin line of it vanishes on white. What
# becomes of them where a page is dark is in inline.py.
NATIVE_COLOURS = ("#0072B2", "#009E73", "#56B4E9", "#000000", "#A89B00")
PYTHON_COLOURS = ("#D55E00", "#E69F00", "#CC79A7", "#7F7F7F", "#8C3B00")
# Its length shares no factor with the number of colours, so pairs repeat only after 35 variants.
_MARKERS = ("o", "s", "^", "D", "v", "P", "X")
_THREADS_MARKER_STEP = 3


@dataclass(frozen=True)
class Look:
    """How a variant is drawn, in every chart of a run."""

    colour: str
    marker: str
    linestyle: str
    hollow: bool
    width: float = 1.5

    def line(self) -> dict[str, Any]:
        """Keyword arguments for a matplotlib line."""
        return {
            "color": self.colour,
            "linestyle": self.linestyle,
            "linewidth": self.width,
            "marker": self.marker,
            "markersize": 4.6,
            "markeredgecolor": self.colour,
            "markeredgewidth": 1.2,
            "markerfacecolor": PAPER if self.hollow else self.colour,
        }


class Looks:
    """The look of every variant of a run: the same name looks the same in all its charts."""

    def __init__(
        self, charts: Iterable[Iterable[str]], favoured: Sequence[str], threads: Iterable[int]
    ) -> None:
        self._slots = assign_slots([set(names) for names in charts], favoured)
        self._levels = {count: level for level, count in enumerate(sorted({1, *threads}))}

    def of(self, variant: str, threads: int = 1) -> Look:
        """More threads keep the variant's colour, with a thicker line and another marker."""
        slot, level = self._slots[variant], self._levels[threads]
        python = lane_of(variant) == PYTHON_LANE
        colours = PYTHON_COLOURS if python else NATIVE_COLOURS
        return Look(
            colour=colours[slot % len(colours)],
            marker=_MARKERS[(slot + level * _THREADS_MARKER_STEP) % len(_MARKERS)],
            linestyle=_linestyle(lane_of(variant)),
            hollow=python,
            width=1.5 + min(0.7 * level, 1.4),
        )


def lane_of(variant: str) -> str:
    """The lane in a variant's name, which may go on to name an engine: python@3.13/loop."""
    return variant.partition("/")[0].partition("@")[0]


def _linestyle(lane: str) -> str:
    return {"native": "-", PYTHON_LANE: "--"}.get(lane, "-.")


def assign_slots(charts: Sequence[set[str]], favoured: Sequence[str]) -> dict[str, int]:
    """Number the variants of a lane so that no two that share a chart share a number.

    A run can have far more variants than there are colours, but one chart has few: each variant,
    the favoured and the most frequent first, takes the lowest number that is free in its charts.
    """
    names = sorted(set().union(*charts))
    frequency = {name: sum(name in chart for chart in charts) for name in names}
    rank = {name: place for place, name in reversed(list(enumerate(favoured)))}
    names.sort(key=lambda name: (rank.get(name, len(rank)), -frequency[name], name))
    slots: dict[str, int] = {}
    for name in names:
        rivals = set().union(*(chart for chart in charts if name in chart))
        taken = {slots[r] for r in rivals if r in slots and lane_of(r) == lane_of(name)}
        slots[name] = next(slot for slot in range(len(names)) if slot not in taken)
    return slots


# Formats


def series_label(variant: str, threads: int) -> str:
    """The name of a series; a single thread goes without saying."""
    return variant if threads == 1 else f"{variant} ×{threads}"


def format_number(value: float) -> str:
    """Three significant digits, never in powers of ten."""
    return f"{float(f'{value:.3g}'):.10g}"


def format_time(nanoseconds: float) -> str:
    """1.5 ns, 20 µs, 3 ms, 1.2 s."""
    for unit, scale in (("s", 1e9), ("ms", 1e6), ("µs", 1e3)):
        if nanoseconds >= scale * 0.9995:
            return f"{format_number(nanoseconds / scale)} {unit}"
    return f"{format_number(nanoseconds)} ns"


def format_size(n: float) -> str:
    """16, 1 Ki, 16 Mi; sizes that are no round binary number are written out."""
    whole = round(n)
    for unit, scale in (("Gi", 2**30), ("Mi", 2**20), ("Ki", 2**10)):
        if whole >= scale and whole % (scale // 4) == 0:
            return f"{whole / scale:g} {unit}"
    return f"{whole:,}" if whole >= 10_000 else str(whole)


def format_near(n: float) -> str:
    """About where: 110, 2.3 Ki, 16 Mi; two digits, for places that were interpolated."""
    for unit, scale in ((" Gi", 2**30), (" Mi", 2**20), (" Ki", 2**10), ("", 1)):
        if n >= scale:
            return f"{float(f'{n / scale:.2g}'):.10g}{unit}"
    return f"{n:.2g}"


def format_ratio(ratio: float) -> str:
    """0.85×, 2.1×, 34×, 1,200×: two digits, and from 100 on all before the point."""
    if ratio >= 99.5:
        return f"{float(f'{ratio:.3g}'):,.0f}×"
    return f"{ratio:.1f}×" if 1 <= ratio < 9.95 else f"{float(f'{ratio:.2g}'):g}×"


def format_ratio_tick(ratio: float) -> str:
    """1×, 30×, 1,000×: the numbers on an axis are round."""
    return f"{ratio:,.10g}×"


def format_bytes(count: float) -> str:
    """512 B, 4 KiB, 1.5 GiB."""
    for unit, scale in (("TiB", 2**40), ("GiB", 2**30), ("MiB", 2**20), ("KiB", 2**10)):
        if count >= scale:
            return f"{format_number(count / scale)} {unit}"
    return f"{format_number(count)} B"


def format_rate(per_second: float) -> str:
    """950, 20 k, 3 M, 1.2 G."""
    for unit, scale in (("T", 1e12), ("G", 1e9), ("M", 1e6), ("k", 1e3)):
        if per_second >= scale * 0.9995:
            return f"{format_number(per_second / scale)} {unit}"
    return format_number(per_second)


# Ticks


def decimal_ticks(low: float, high: float, most: int = 8) -> list[float]:
    """Ticks of a logarithmic axis at round decimal numbers within [low, high]."""
    for digits in ((1, 1.5, 2, 3, 5, 7), (1, 2, 5), (1, 3)):
        ticks = _multiples(low, high, digits)
        if len(ticks) <= min(most, 6):
            return ticks
    decades = _multiples(low, high, (1,))
    return decades[:: math.ceil(len(decades) / most) or 1]


def _multiples(low: float, high: float, digits: Sequence[float]) -> list[float]:
    exponents = range(math.floor(math.log10(low)), math.floor(math.log10(high)) + 1)
    ticks = [float(f"{digit}e{exponent}") for exponent in exponents for digit in digits]
    return [tick for tick in ticks if low <= tick <= high]


def binary_ticks(low: float, high: float, most: int = 8) -> list[float]:
    """Ticks of a logarithmic axis at powers of two within [low, high]."""
    first, last = math.ceil(math.log2(low)), math.floor(math.log2(high))
    step = max(1, math.ceil((last - first + 1) / most))
    return [2.0**power for power in range(first, last + 1) if power % step == 0]


def thin(positions: Sequence[float], widths: Sequence[float]) -> list[int]:
    """Which labels of the given widths, centred at rising positions, to write without overlap.

    The last, which is the size people look for, and from there every second, third ...; or, where
    sizes are so uneven that this leaves many out, each one that has room.
    """
    last = len(positions) - 1
    packed: list[int] = []
    for index in range(last, -1, -1):
        if not packed or _apart(positions, widths, index, packed[0]):
            packed.insert(0, index)
    for step in range(1, len(positions)):
        even = list(range(last, -1, -step))[::-1]
        if all(_apart(positions, widths, *pair) for pair in zip(even, even[1:])):
            return even if len(even) * 3 > len(packed) * 2 else packed
    return packed


def _apart(positions: Sequence[float], widths: Sequence[float], left: int, right: int) -> bool:
    return positions[right] - positions[left] >= (widths[left] + widths[right]) / 2 + 5


# Label placing


def spread(wanted: Sequence[float], distance: float, low: float, high: float) -> list[float] | None:
    """Move positions as little as possible until all are `distance` apart and within [low, high].

    None if there is not enough room. The result is in the order of `wanted`; equal ones keep it.
    """
    if (len(wanted) - 1) * distance > high - low:
        return None
    order = sorted(range(len(wanted)), key=lambda index: wanted[index])
    # With each position reduced by the room that those below it need, "apart" becomes "rising",
    # and the nearest rising sequence comes from merging neighbours into their mean.
    blocks: list[tuple[float, int]] = []
    for place, index in enumerate(order):
        mean, count = wanted[index] - place * distance, 1
        while blocks and blocks[-1][0] > mean:
            other, size = blocks.pop()
            mean, count = (mean * count + other * size) / (count + size), count + size
        blocks.append((mean, count))
    reduced = [mean for mean, count in blocks for _ in range(count)]
    ceiling = high - (len(wanted) - 1) * distance
    placed = [0.0] * len(wanted)
    for place, index in enumerate(order):
        placed[index] = min(max(reduced[place], low), ceiling) + place * distance
    return placed


@lru_cache(maxsize=4096)
def text_width(text: str, size: float = TEXT_SIZE, weight: str = "normal") -> float:
    """The width of a text in points."""
    font = FontProperties(family=RC["font.family"], size=size, weight=weight)
    # Measured large, because hinting rounds the widths of small letters.
    return float(_renderer().get_text_width_height_descent(text, font, ismath=False)[0]) / 4


@lru_cache(maxsize=1)
def _renderer() -> RendererAgg:
    return RendererAgg(1, 1, 72 * 4)


def fit_name(name: str, said: str, width: float) -> str:
    """A name and what is said of it within `width`; the name is cut first, down to half of it."""
    name = fit(name, max(width - text_width(said), width / 2))
    return name + fit(said, width - text_width(name))


def fit(text: str, width: float, size: float = TEXT_SIZE, weight: str = "normal") -> str:
    """The text, cut with an ellipsis if it is wider than `width` points."""
    if len(text) <= 200 and text_width(text, size, weight) <= width:
        return text
    length = min(len(text), 200)
    while length and text_width(text[:length].rstrip() + "…", size, weight) > width:
        length -= 1
    return text[:length].rstrip() + "…"
