"""Numbers as texts.

Figures, what was measured, have three significant digits with trailing zeros kept: the same rule
that the program's terminal output follows. Round numbers, which nobody measured (ticks of axes,
limits, settings), have no zeros that say nothing. Sizes are as one types them after --sizes.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

Units = Sequence[tuple[str, float]]

_TIMES: Units = (("ns", 1.0), ("µs", 1e3), ("ms", 1e6), ("s", 1e9))
_BYTES: Units = (("B", 1.0), ("KiB", 2**10), ("MiB", 2**20), ("GiB", 2**30), ("TiB", 2**40))
_RATES: Units = (("", 1.0), ("k", 1e3), ("M", 1e6), ("G", 1e9), ("T", 1e12))
_SIZES = (
    ("Gi", 2**30), ("Mi", 2**20), ("Ki", 2**10), ("G", 10**9), ("M", 10**6), ("k", 10**3),
)


# Figures


def three_digits(value: float) -> str:
    """1.50, 20.0, 0.0312, 12345: three significant digits, and all that are before the point."""
    if value <= 0 or not math.isfinite(value):
        return f"-{three_digits(-value)}" if value < 0 and math.isfinite(value) else f"{value:g}"
    decimals = 2 if value < 9.995 else 1 if value < 99.95 else 0
    limit = 0.9995
    while value < limit and decimals < 12:
        decimals += 1
        limit /= 10
    return f"{value:.{decimals}f}"


def format_time(nanoseconds: float) -> str:
    """1.50 ns, 20.0 µs, 3.00 ms, 120 s."""
    return _with_unit(nanoseconds, _TIMES, three_digits)


def format_ratio(ratio: float) -> str:
    """0.853×, 2.10×, 34.0×, 1234×."""
    return f"{three_digits(ratio)}×"


def format_bytes(count: float) -> str:
    """512 B, 4.00 KiB, 1.50 GiB."""
    return _with_unit(count, _BYTES, three_digits)


def format_rate(per_second: float) -> str:
    """950, 20.0 k, 3.00 M; the unit follows."""
    return _with_unit(per_second, _RATES, three_digits)


def format_metric(value: float) -> str:
    """What a variant reports of itself: a count is written out, anything else is a figure."""
    return str(int(value)) if float(value).is_integer() else three_digits(value)


# Sizes


def format_size(n: float) -> str:
    """16, 1Ki, 16Mi, 1M: the shortest of the ways to write it exactly."""
    whole = round(n)
    texts = [str(whole)]
    texts += [f"{whole // f}{suffix}" for suffix, f in _SIZES if whole and whole % f == 0]
    return min(texts, key=len)


# Round numbers


def round_number(value: float) -> str:
    """Three significant digits at most, never in powers of ten."""
    return f"{float(f'{value:.3g}'):.10g}"


def round_time(nanoseconds: float) -> str:
    """1.5 ns, 20 µs, 3 ms."""
    return _with_unit(nanoseconds, _TIMES, round_number)


def round_ratio(ratio: float) -> str:
    """1×, 30×, 1,000×."""
    return f"{ratio:,.10g}×"


def round_bytes(count: float) -> str:
    """512 B, 4 KiB, 1.5 GiB."""
    return _with_unit(count, _BYTES, round_number)


def round_rate(per_second: float) -> str:
    """950, 20 k, 3 M; the unit follows."""
    return _with_unit(per_second, _RATES, round_number)


def _with_unit(value: float, units: Units, form: Callable[[float], str]) -> str:
    """In the largest unit of which it has one; 999.5 is where three digits would become four."""
    unit, scale = units[0]
    for larger, factor in units[1:]:
        if value >= 0.9995 * factor:
            unit, scale = larger, factor
    return f"{form(value / scale)} {unit}".rstrip()
