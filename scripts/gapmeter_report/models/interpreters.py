"""The interpreters of a run against each other: each kernel's baseline on every one of them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from gapmeter_report.loading.lanes import PYTHON, lane_names
from gapmeter_report.loading.run import Run
from gapmeter_report.models.numbers import format_ratio, format_size, format_time

_CPYTHON = "CPython"
_OTHERS = ("PyPy", "GraalVM")  # as sys.version names them
_ENGINES = {"portable": "timed by a loop in Python"}


@dataclass(frozen=True)
class Interpreter:
    """An engine of a run: `name` is that of its lane in rows, python@3.13t; `said` tells more."""

    name: str
    said: str
    version: tuple[int, ...]
    is_plain_cpython: bool


@dataclass(frozen=True)
class BaselineTimes:
    """What a kernel's baseline takes at one n, in ns: on each interpreter, NaN where it has no
    result, and natively, NaN where nothing native was right."""

    kernel: str
    n: int
    times: tuple[float, ...]
    native: float


@dataclass(frozen=True)
class Interpreters:
    """`newest` is the place of CPython's newest version among `all`, that others are held against:
    not a build without the GIL, which is another thing."""

    all: tuple[Interpreter, ...]
    newest: int
    rows: tuple[BaselineTimes, ...]

    @property
    def names(self) -> list[str]:
        """Of the engines, as rows name them."""
        return [interpreter.name for interpreter in self.all]

    def ratios(self, row: BaselineTimes) -> list[float]:
        """Each interpreter's time over that of CPython's newest."""
        return [time / row.times[self.newest] for time in row.times]

    def native_ratio(self, row: BaselineTimes) -> float:
        """The native time over that of CPython's newest."""
        return row.native / row.times[self.newest]

    def table(self) -> list[list[str]]:
        """A line of texts for each kernel, below `header`."""
        return [
            [row.kernel, format_size(row.n), format_time(row.times[self.newest]),
             *(_text(ratio) for ratio in self.ratios(row)), _text(self.native_ratio(row))]
            for row in self.rows
        ]

    @property
    def header(self) -> list[str]:
        """Of the table's columns."""
        return ["kernel", "n", f"time on {self.all[self.newest].name}", *self.names, "native"]


def interpreters_of(run: Run) -> Interpreters | None:
    """None of a run on one interpreter, or if CPython's newest has no result."""
    engines = {"": run.metadata.get("python") or {}, **(run.metadata.get("further_engines") or {})}
    found = tuple(_interpreter(label, facts) for label, facts in engines.items())
    plain = [place for place, one in enumerate(found) if one.is_plain_cpython]
    if len(found) < 2 or not plain:
        return None
    newest = max(plain, key=lambda place: found[place].version)
    names = [interpreter.name for interpreter in found]
    rows = tuple(
        times for kernel in run.kernels.values() if kernel.baseline
        for times in _times(run.rows(kernel.name), kernel.baseline, names)
        if not np.isnan(times.times[newest])
    )
    return Interpreters(found, newest, rows) if rows else None


def of_first_interpreter(rows: pd.DataFrame) -> pd.DataFrame:
    """Without the rows of further interpreters, which charts of many lines leave to their own."""
    lane = rows["variant"].str.partition("/")[0]
    return rows[~lane.str.contains("@", regex=False)]


def _interpreter(label: str, facts: dict[str, Any]) -> Interpreter:
    (python,) = lane_names(PYTHON)
    build = str(facts.get("build", ""))
    version = str(facts.get("version", ""))
    is_free_threaded = "free-threading" in build
    implementation = next((name for name in _OTHERS if name in build), _CPYTHON)
    kind = f"{implementation} {version}{' without the GIL' if is_free_threaded else ''}"
    engine = str(facts.get("engine", ""))
    return Interpreter(
        name=f"{python}@{label}" if label else python,
        said=", ".join(filter(None, [kind, _ENGINES.get(engine, engine)])),
        version=tuple(int(number) for number in re.findall(r"\d+", version)[:3]),
        is_plain_cpython=implementation == _CPYTHON and not is_free_threaded,
    )


def _times(rows: pd.DataFrame, baseline: str, names: list[str]) -> list[BaselineTimes]:
    """At the largest n that most interpreters have, with the fewest threads."""
    name = baseline.partition("/")[2]
    variants = [f"{lane}/{name}" for lane in names]
    measured = rows[(rows["status"] == "ok") & rows["latency_ns"].notna()]
    own = measured[measured["variant"].isin(variants)]
    own = own[own["threads"] == own["threads"].min()]
    if own.empty:
        return []
    reached = own.groupby("n").size()
    n = int(reached[reached == reached.max()].index.max())
    here = own[own["n"] == n].set_index("variant")
    natives = (here["latency_ns"] / here["gap"]).dropna()
    times = [float(here["latency_ns"].get(variant, np.nan)) for variant in variants]
    native = float(natives.iloc[0]) if len(natives) else float("nan")
    return [BaselineTimes(str(own["kernel"].iloc[0]), n, tuple(times), native)]


def _text(ratio: float) -> str:
    return "–" if np.isnan(ratio) else format_ratio(ratio)
