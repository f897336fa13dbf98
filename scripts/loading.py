"""Load a result directory of gapmeter: its tables, and how, where and with what it was made.

summary.csv (one row per cell) and run.json have to be there; latency.csv, metrics.csv and
growth.csv are empty tables where an earlier version has not written them. Strict, as tables.py is.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

from errors import LoadError
from tables import (
    Parser, Schema, check_kernel_name, count, flag, non_negative, number, positive, read_table,
    read_table_if_there, read_text,
)

SCHEMA_VERSION = 2
STATUSES = ("ok", "mismatch", "error", "timeout", "crashed", "oom", "skipped")
QUANTITIES = ("time", "gap", "crossover")

_INTERVALS = (("latency_ci_low_ns", "latency_ci_high_ns"), ("gap_ci_low", "gap_ci_high"))


class Rung(NamedTuple):
    """A step of a kernel's ladder: what it is called there, and the variant that stands on it."""

    name: str
    variant: str


@dataclass(frozen=True)
class Kernel:
    """What run.json says about one kernel; `ladder` is empty where it declares none."""

    name: str
    title: str
    baseline: str | None = None
    reference: str | None = None
    item: str | None = None
    claims: tuple[str, ...] = ()
    ladder: tuple[Rung, ...] = ()


@dataclass(frozen=True)
class Cache:
    """One level of the data cache that a core sees."""

    level: int
    size_bytes: int


@dataclass(frozen=True)
class Environment:
    """Where and when the run was made; None is what run.json does not say.

    `limits` is what the machine reaches in simple loops: read_bytes_per_s and others.
    """

    cpu: str | None = None
    python_version: str | None = None
    started: str | None = None
    caches: tuple[Cache, ...] = ()
    limits: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Run:
    """A loaded result directory; `metadata` is all of run.json, as it was read."""

    directory: Path
    summary: pd.DataFrame
    quantiles: pd.DataFrame
    metrics: pd.DataFrame
    growth: pd.DataFrame
    kernels: dict[str, Kernel]
    environment: Environment
    metadata: dict[str, Any]

    def rows(self, kernel: str) -> pd.DataFrame:
        """The summary rows of one kernel; none if it left none."""
        return self.summary[self.summary["kernel"] == kernel]


def load_run(directory: Path) -> Run:
    """Load a result directory, or raise LoadError."""
    if not directory.is_dir():
        raise LoadError(f"{directory}: no such directory; give the DIR of `gapmeter run --out DIR`")
    metadata = _read_json(directory / "run.json")
    kernels = _kernels(metadata, directory / "run.json")
    summary = read_table(directory / "summary.csv", _SUMMARY)
    for name in summary["kernel"].unique():
        kernels.setdefault(name, Kernel(name=name, title=name))
    return Run(
        directory=directory,
        summary=summary,
        quantiles=_read_beside(summary, directory / "latency.csv", _LATENCY),
        metrics=_read_beside(summary, directory / "metrics.csv", _METRICS),
        growth=_read_beside(summary, directory / "growth.csv", _GROWTH),
        kernels=kernels,
        environment=_environment(metadata, directory / "run.json"),
        metadata=metadata,
    )


def _read_beside(summary: pd.DataFrame, path: Path, schema: Schema) -> pd.DataFrame:
    """A table whose series are those of the summary: it must not be that of another run."""
    table = read_table_if_there(path, schema)
    names = ["kernel", "variant", "threads"]
    known = set(summary[names].itertuples(index=False, name=None))
    for series in table[names].drop_duplicates().itertuples(index=False, name=None):
        if series not in known:
            kernel, variant, threads = series
            raise LoadError(
                f"{path}: {kernel} {variant} with threads {threads} is not in summary.csv; write "
                f"both again with `gapmeter summarize {path.parent}`"
            )
    return table


def one_line(text: str) -> str:
    """A text for display: on one line, and without the control characters that break an SVG."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


# run.json


def _read_json(path: Path) -> dict[str, Any]:
    try:
        content = json.loads(read_text(path))
    except json.JSONDecodeError as error:
        raise LoadError(
            f"{path}: line {error.lineno} is not JSON ({error.msg}); the run may have been cut "
            "short: finish it with `gapmeter run --resume`"
        ) from None
    if not isinstance(content, dict):
        raise LoadError(f"{path}: must be a JSON object; run `gapmeter run` again")
    version = content.get("schema_version")
    if version != SCHEMA_VERSION or isinstance(version, bool):
        raise LoadError(
            f"{path}: schema_version is {version!r}, these scripts read {SCHEMA_VERSION}; use the "
            "scripts of the gapmeter that wrote it"
        )
    return content


def _kernels(metadata: dict[str, Any], path: Path) -> dict[str, Kernel]:
    if "kernels" not in metadata:
        raise LoadError(f"{path}: 'kernels' is missing; run `gapmeter run` again")
    kernels = {}
    for name, about in _object(metadata, "kernels", path).items():
        check_kernel_name(name, str(path))
        if not isinstance(about, dict):
            raise LoadError(f"{path}: kernels.{name} must be an object; run `gapmeter run` again")
        claims = about.get("claims") or []
        if not isinstance(claims, list):
            raise LoadError(f"{path}: kernels.{name}.claims must be a list; correct it")
        kernels[name] = Kernel(
            name=name,
            title=_line(about, "title", path) or name,
            baseline=_line(about, "baseline", path),
            reference=_line(about, "reference", path),
            item=_line(about, "item", path),
            claims=tuple(str(claim) for claim in claims),
            ladder=_ladder(about.get("ladder") or [], f"{path}: kernels.{name}.ladder"),
        )
    return kernels


def _ladder(entries: Any, where: str) -> tuple[Rung, ...]:
    """The rungs in their order; a variant that stood on two would be a step to itself."""
    try:
        rungs = tuple(Rung(_name(entry, "rung"), _name(entry, "variant")) for entry in entries)
    except (KeyError, TypeError):
        raise LoadError(
            f"{where} must be a list of objects with rung and variant, both texts; correct it, or "
            "remove it to draw the variants by their times"
        ) from None
    variants = [rung.variant for rung in rungs]
    for variant in variants:
        if variants.count(variant) > 1:
            raise LoadError(f"{where}: {variant} stands on two rungs; remove one of them")
    return rungs


def _name(entry: Any, key: str) -> str:
    if not isinstance(entry[key], str) or not one_line(entry[key]):
        raise TypeError(key)
    return one_line(entry[key])


def _environment(metadata: dict[str, Any], path: Path) -> Environment:
    machine = _object(metadata, "machine", path)
    return Environment(
        cpu=_line(machine, "cpu", path),
        python_version=_line(_object(metadata, "python", path), "version", path),
        started=_line(metadata, "started", path),
        caches=_caches(machine.get("caches") or [], path),
        limits=_limits(_object(machine, "limits", path), path),
    )


def _limits(entries: dict[str, Any], path: Path) -> dict[str, float]:
    for name, value in entries.items():
        is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
        if not is_number or not math.isfinite(value) or value <= 0:
            raise LoadError(
                f"{path}: machine.limits.{name} must be a number above 0; correct it, or remove it "
                "to draw without it"
            )
    return {name: float(value) for name, value in entries.items()}


def _caches(entries: Any, path: Path) -> tuple[Cache, ...]:
    """One entry per level; instruction caches hold none of the working set."""
    levels: dict[int, Cache] = {}
    try:
        for entry in entries:
            if entry.get("type") != "Instruction":
                cache = Cache(level=int(entry["level"]), size_bytes=int(entry["size_bytes"]))
                levels.setdefault(cache.level, cache)
    except (AttributeError, KeyError, TypeError, ValueError):
        raise LoadError(
            f"{path}: machine.caches must be a list of objects with level, type and size_bytes; "
            "correct it, or remove it to draw without cache marks"
        ) from None
    return tuple(levels[level] for level in sorted(levels))


def _object(parent: dict[str, Any], key: str, path: Path) -> dict[str, Any]:
    value = parent.get(key)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise LoadError(f"{path}: {key!r} must be an object; run `gapmeter run` again")
    return value


def _line(parent: dict[str, Any], key: str, path: Path) -> str | None:
    value = parent.get(key)
    if value is None:
        return None
    if not isinstance(value, str):
        raise LoadError(f"{path}: {key!r} must be a string; run `gapmeter run` again")
    return one_line(value) or None


# The tables


def _is_of_lane(variant: str, lane: str) -> bool:
    """Whether it is named lane/name or, on another engine than the first, lane@engine/name."""
    where, slash, _ = variant.partition("/")
    return bool(slash) and where.partition("@")[0] == lane


def _series_fault(row: Any) -> str | None:
    """What is wrong with the columns that name a series."""
    if not row.variant.isprintable() or not _is_of_lane(row.variant, row.lane):
        return f"variant {row.variant!r} is not named `lane/name` with lane {row.lane!r}"
    return "threads is 0, it must be 1 or more" if row.threads < 1 else None


def _summary_fault(cell: Any) -> str | None:
    if cell.status not in STATUSES:
        return f"status is {cell.status!r}, not one of {', '.join(STATUSES)}"
    fault = _series_fault(cell)
    if fault:
        return fault
    if cell.status == "ok" and math.isnan(cell.latency_ns):
        return "status is ok but latency_ns is empty"
    for low, high in _INTERVALS:
        if getattr(cell, low) > getattr(cell, high):
            return f"{low} is above {high}"
    return None


def _latency_fault(row: Any) -> str | None:
    if not row.quantile <= 1:
        return f"quantile is {row.quantile}, it must be above 0 and at most 1"
    return _series_fault(row)


def _growth_fault(row: Any) -> str | None:
    if row.quantity not in QUANTITIES:
        return f"quantity is {row.quantity!r}, not one of {', '.join(QUANTITIES)}"
    if row.quantity == "crossover" and math.isnan(row.crossover_n):
        return "quantity is crossover but crossover_n is empty"
    return _series_fault(row)


_SERIES: dict[str, Parser] = {"kernel": str, "variant": str, "lane": str, "threads": count}
_CELL = _SERIES | {"n": count}
_CELL_KEY = ("kernel", "variant", "n", "threads")

_SUMMARY = Schema(
    columns=_CELL
    | dict.fromkeys(("status", "reason", "stop_reason", "reference", "input_digest"), str)
    | dict.fromkeys((
        "max_error", "rounds", "items_per_s", "bytes_per_s", "flops_per_s", "rss_baseline_bytes",
        "rss_input_bytes", "rss_peak_bytes", "working_set_bytes",
    ), non_negative)
    | dict.fromkeys((
        "latency_ns", "latency_p50_ns", "latency_p90_ns", "latency_p99_ns", "latency_p999_ns",
        "latency_max_ns", "latency_ci_low_ns", "latency_ci_high_ns", "gap", "gap_ci_low",
        "gap_ci_high",
    ), positive)
    # What stays allocated after a call can be less than what was there before it.
    | {"rss_retained_bytes": number, "verified": flag},
    key=_CELL_KEY,
    fault=_summary_fault,
    added=dict.fromkeys(("latency_p99_floor_ns", "latency_p999_floor_ns"), positive),
)
_LATENCY = Schema(
    columns=_CELL | {"calls": count, "quantile": positive, "latency_ns": positive},
    key=(*_CELL_KEY, "quantile"),
    fault=_latency_fault,
)
_METRICS = Schema(
    columns=_CELL | {"metric": str} | {"rounds": count}
    | dict.fromkeys(("median", "least", "most"), number),
    key=(*_CELL_KEY, "metric"),
    fault=_series_fault,
)
_GROWTH = Schema(
    columns=_SERIES
    | dict.fromkeys(("quantity", "against", "regime", "faster_beyond"), str)
    | dict.fromkeys(("n_from", "n_to", "sizes"), non_negative)
    | dict.fromkeys(("exponent", "exponent_ci_low", "exponent_ci_high"), number)
    | {"crossover_n": non_negative},
    key=("kernel", "variant", "threads", "quantity", "against", "regime", "n_from"),
    fault=_growth_fault,
)
