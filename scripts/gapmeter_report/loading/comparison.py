"""Loads a comparison: what `gapmeter ab` or `gapmeter compare` print with --format json."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gapmeter_report.loading.errors import LoadError
from gapmeter_report.loading.texts import one_line, read_text

FAILED = "failed"


@dataclass(frozen=True)
class Change:
    """A cell's ratio of new to base with its interval, NaN where there is none.

    `reason` is why a cell without a ratio has none.
    """

    kernel: str
    variant: str
    threads: int
    n: int
    ratio: float
    low: float
    high: float
    verdict: str
    reason: str = ""


@dataclass(frozen=True)
class Comparison:
    """Two builds or runs: what was compared, which change counts, and every cell.

    A `threshold` of 0.02 means that changes of up to 2 % do not count; `confidence` is a share.
    """

    quantity: str
    threshold: float
    confidence: float
    changes: list[Change]
    verdict: str


def load_comparison(path: str | Path) -> Comparison:
    """Load the JSON of a comparison, or raise LoadError."""
    path = Path(path)
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
        raise LoadError(
            f"{path}: is not a comparison ({type(error).__name__}: {one_line(str(error))}); write "
            "it with `gapmeter compare --format json`"
        ) from None


def _change(cell: dict[str, Any]) -> Change:
    ratio = cell["ratio"] or {"ratio": None, "low": None, "high": None}
    value, low, high = (_ratio(ratio[key]) for key in ("ratio", "low", "high"))
    missing = FAILED if cell["failed"] else "not compared"
    verdict, reason = (str(cell["verdict"]), "") if cell["ratio"] else (missing, cell["reason"])
    return Change(
        kernel=one_line(str(cell["kernel"])), variant=one_line(str(cell["variant"])),
        threads=int(cell["threads"]), n=int(cell["n"]), ratio=value, low=low, high=high,
        verdict=one_line(verdict), reason=one_line(str(reason)),
    )


def _ratio(value: Any) -> float:
    if value is None:
        return math.nan
    number = float(value)
    if not math.isfinite(number) or number <= 0:
        raise ValueError(f"a ratio is {value!r}")
    return number
