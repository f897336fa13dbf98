"""Ticks of logarithmic axes, and labels in a row or a column that must not overlap."""

from __future__ import annotations

import math
from collections.abc import Sequence


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
    even = thin_evenly(positions, widths)
    return even if len(even) * 3 > len(packed) * 2 else packed


def thin_evenly(positions: Sequence[float], widths: Sequence[float]) -> list[int]:
    """As thin does, but always the last and from there every second, third ..."""
    last = len(positions) - 1
    for step in range(1, len(positions)):
        even = list(range(last, -1, -step))[::-1]
        if all(_apart(positions, widths, *pair) for pair in zip(even, even[1:])):
            return even
    return [last] if positions else []


def _apart(positions: Sequence[float], widths: Sequence[float], left: int, right: int) -> bool:
    return positions[right] - positions[left] >= (widths[left] + widths[right]) / 2 + 5


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
