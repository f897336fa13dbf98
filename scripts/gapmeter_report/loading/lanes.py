"""The lanes: what variants are written in, how they take part in a gap, and how they look.

lanes.json beside this package is the only place that lists those with kernels of their own; adding
one there is all that loading, models and charts need. Any other name is a lane of commands that
users call by it, as in go/wc: compiled, and all of them look alike. Whatever depends on a lane asks
here, and never compares names.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from gapmeter_report.loading.errors import LoadError

COMPILED, PYTHON = "compiled", "python"


@dataclass(frozen=True)
class Colour:
    """A colour as charts are drawn with it, on white, and what it is where a page is dark.

    Those of lanes are Okabe and Ito's, which people with any common colour blindness can tell
    apart; their yellow is darkened, or a thin line of it would vanish on white. Lines in the dark
    have a contrast of 3 to the paper or more. Sky blue is not too dark itself, but would come too
    near to the lightened blue.
    """

    name: str
    light: str
    dark: str


@dataclass(frozen=True)
class Lane:
    """A lane; `side` is COMPILED, a gap's denominator, or PYTHON, its numerator.

    `label` is its name for readers. `line` is a line style of Matplotlib. Markers are
    filled, or `hollow`. Each variant of a chart has another of the colours.
    """

    name: str
    side: str
    label: str
    line: str
    hollow: bool
    colours: tuple[Colour, ...]


def read_lanes(path: Path) -> tuple[Lane, ...]:
    """The lanes of a file, in order of appearance; LoadError if it is not one of lanes."""
    try:
        lanes = tuple(_lane(entry) for entry in json.loads(path.read_text(encoding="utf-8")))
    except (KeyError, TypeError, ValueError) as error:
        raise LoadError(f"{path}: is no list of lanes ({error!r}); correct it") from None
    return lanes


def _lane(entry: Any) -> Lane:
    if entry["side"] not in (COMPILED, PYTHON):
        raise ValueError(f"side is {entry['side']!r}")
    look = entry["look"]
    colours = [Colour(c["name"], c["light"], c.get("dark", c["light"])) for c in look["colours"]]
    return Lane(
        name=entry["name"], side=entry["side"], label=look["label"], line=look["line"],
        hollow=look["hollow"], colours=tuple(colours),
    )


# As the program has it (harness/model/lane.h).
_NAME = re.compile(r"[a-z][a-z0-9_+-]{0,49}")
_UNDECLARED = Lane(
    name="", side=COMPILED, label="compiled", line="dotted", hollow=False,
    colours=(
        Colour("teal", "#00797D", "#2BA3A7"),
        Colour("olive", "#6B7A00", "#9BAA2E"),
        Colour("indigo", "#4B3FA8", "#8F86E0"),
        Colour("rose", "#A8326B", "#D9689C"),
        Colour("slate", "#4F5B66", "#93A1AD"),
    ),
)
_LANES = read_lanes(Path(__file__).resolve().parents[1] / "lanes.json")


def all_lanes() -> tuple[Lane, ...]:
    """Every declared lane, in order of appearance."""
    return _LANES


def all_colours() -> list[Colour]:
    """Of every lane, declared or not."""
    return [colour for lane in (*_LANES, _UNDECLARED) for colour in lane.colours]


def lane_names(side: str | None = None) -> list[str]:
    """The names of the declared lanes of a side, or of all; every other one is compiled."""
    return [lane.name for lane in _LANES if side in (None, lane.side)]


def may_be_lane(name: str) -> bool:
    """Whether a lane may be called so."""
    return _NAME.fullmatch(name) is not None


def lane_named(name: str) -> Lane:
    """The lane of this name, which has to be one."""
    return next((lane for lane in _LANES if lane.name == name),
                replace(_UNDECLARED, name=name, label=name))


def lanes_with(variants: Iterable[str]) -> list[Lane]:
    """The declared lanes, then the others that variants are of."""
    names = dict.fromkeys(lane_name(variant) for variant in variants)
    return [*_LANES, *(lane_named(name) for name in names if name not in lane_names())]


def lane_name(variant: str) -> str:
    """The lane in a variant's name, which may go on to name an engine: python@3.13/loop."""
    return variant.partition("/")[0].partition("@")[0]


def is_of_lane(variant: str, lane: str) -> bool:
    """Whether it is named lane/name or, on another engine than the first, lane@engine/name."""
    return "/" in variant and lane_name(variant) == lane
