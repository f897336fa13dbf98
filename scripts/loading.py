"""Load a result directory of gapmeter into typed tables.

Reads DIR/summary.csv (one row per cell) and DIR/run.json (how, where and with what it was run).
It is strict, because a chart drawn from a damaged file looks as convincing as a good one: whatever
does not fit the contract raises LoadError, which says which file and row, what is wrong, and what
to do. An empty field is an absent value (NaN), never 0. Nothing is computed here.
"""

from __future__ import annotations

import csv
import io
import json
import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

SCHEMA_VERSION = 2
STATUSES = ("ok", "mismatch", "error", "timeout", "crashed", "oom", "skipped")

TEXT_COLUMNS = (
    "kernel", "variant", "lane", "status", "reason", "stop_reason", "reference", "input_digest",
)
COUNT_COLUMNS = ("n", "threads")
NON_NEGATIVE_COLUMNS = (
    "max_error", "rounds", "items_per_s", "bytes_per_s", "flops_per_s", "rss_baseline_bytes",
    "rss_input_bytes", "rss_peak_bytes", "working_set_bytes",
)
POSITIVE_COLUMNS = (
    "latency_ns", "latency_p50_ns", "latency_p90_ns", "latency_p99_ns", "latency_p999_ns",
    "latency_max_ns", "latency_ci_low_ns", "latency_ci_high_ns", "gap", "gap_ci_low", "gap_ci_high",
)
# What stays allocated after a call can be less than what was there before it.
SIGNED_COLUMNS = ("rss_retained_bytes",)
FLAG_COLUMNS = ("verified",)
COLUMNS = (
    TEXT_COLUMNS + COUNT_COLUMNS + NON_NEGATIVE_COLUMNS + POSITIVE_COLUMNS + SIGNED_COLUMNS
    + FLAG_COLUMNS
)
INTERVALS = (("latency_ci_low_ns", "latency_ci_high_ns"), ("gap_ci_low", "gap_ci_high"))

# float() alone would also take "nan", "inf", "1_000" and " 1 ".
_NUMBER = re.compile(r"[+-]?\d+(\.\d*)?([eE][+-]?\d+)?")
_COUNT = re.compile(r"\d{1,18}")
# A kernel's name becomes a file name, so it must not be able to leave the directory.
_KERNEL_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*")


class LoadError(Exception):
    """A result directory that cannot be used; the message is meant for the user, in one line."""


@dataclass(frozen=True)
class Kernel:
    """What run.json says about one kernel."""

    name: str
    title: str
    baseline: str | None = None
    reference: str | None = None
    item: str | None = None
    claims: tuple[str, ...] = ()


@dataclass(frozen=True)
class Cache:
    """One level of the data cache that a core sees."""

    level: int
    size_bytes: int


@dataclass(frozen=True)
class Environment:
    """Where and when the run was made; None is what run.json does not say."""

    cpu: str | None = None
    python_version: str | None = None
    started: str | None = None
    caches: tuple[Cache, ...] = ()


@dataclass(frozen=True)
class Run:
    """A loaded result directory; `metadata` is all of run.json, as it was read."""

    directory: Path
    summary: pd.DataFrame
    kernels: dict[str, Kernel]
    environment: Environment
    metadata: dict[str, Any]

    def rows(self, kernel: str) -> pd.DataFrame:
        """The summary rows of one kernel; none if it left none."""
        return self.summary[self.summary["kernel"] == kernel]


def load_run(directory: Path) -> Run:
    """Load DIR/run.json and DIR/summary.csv, or raise LoadError."""
    if not directory.is_dir():
        raise LoadError(f"{directory}: no such directory; give the DIR of `gapmeter run --out DIR`")
    metadata = _read_json(directory / "run.json")
    kernels = _kernels(metadata, directory / "run.json")
    summary = _read_summary(directory / "summary.csv")
    for name in summary["kernel"].unique():
        kernels.setdefault(name, Kernel(name=name, title=name))
    environment = _environment(metadata, directory / "run.json")
    return Run(directory, summary, kernels, environment, metadata)


def check_kernel_name(name: str, where: str) -> str:
    """Return the name if it is safe to be part of a file name, or raise LoadError."""
    if not _KERNEL_NAME.fullmatch(name):
        raise LoadError(
            f"{where}: kernel name {name!r} cannot be a file name (letters, digits, '_', then also "
            "'.' and '-'); a kernel is named after its source file: correct the name there"
        )
    return name


# run.json


def _read_json(path: Path) -> dict[str, Any]:
    try:
        content = json.loads(_read_text(path))
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
        )
    return kernels


def _environment(metadata: dict[str, Any], path: Path) -> Environment:
    machine = _object(metadata, "machine", path)
    return Environment(
        cpu=_line(machine, "cpu", path),
        python_version=_line(_object(metadata, "python", path), "version", path),
        started=_line(metadata, "started", path),
        caches=_caches(machine.get("caches") or [], path),
    )


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
    """A text for display: on one line, and without the control characters that break an SVG."""
    value = parent.get(key)
    if value is None:
        return None
    if not isinstance(value, str):
        raise LoadError(f"{path}: {key!r} must be a string; run `gapmeter run` again")
    shown = "".join(c if c.isprintable() else " " for c in value)
    return " ".join(shown.split()) or None


# summary.csv


def _read_summary(path: Path) -> pd.DataFrame:
    lines, table = _read_table(path)
    missing = [column for column in COLUMNS if column not in table.columns]
    if missing:
        raise LoadError(f"{path}: column {', '.join(missing)} is missing; {_again(path)}")
    if table.empty:
        raise LoadError(f"{path}: has a header but no rows; `gapmeter run` has measured nothing")
    for column in COLUMNS:
        table[column] = _convert(path, lines, table, column)
    _check_rows(path, lines, table)
    return table


def _read_table(path: Path) -> tuple[list[int], pd.DataFrame]:
    """The fields as text, and the line of the file on which each row ends."""
    reader = csv.reader(io.StringIO(_read_text(path, newline=""), newline=""), strict=True)
    lines: list[int] = []
    rows: list[list[str]] = []
    try:
        header = next(reader, [])
        if len(set(header)) != len(header):
            raise LoadError(f"{path}: a column is named twice; {_again(path)}")
        for row in reader:
            if len(row) != len(header):
                raise LoadError(
                    f"{path}: line {reader.line_num}: has {len(row)} fields, the header has "
                    f"{len(header)}; {_again(path)}"
                )
            lines.append(reader.line_num)
            rows.append(row)
    except csv.Error as error:
        raise LoadError(
            f"{path}: line {reader.line_num}: is not CSV ({error}); "
            f"{_again(path)}"
        ) from None
    return lines, pd.DataFrame(rows, columns=header, dtype=object)


def _read_text(path: Path, newline: str | None = None) -> str:
    try:
        with path.open(encoding="utf-8-sig", newline=newline) as file:
            return file.read()
    except FileNotFoundError:
        writer = "summarize" if path.name == "summary.csv" else "run --resume"
        raise LoadError(
            f"{path}: is missing; write it with `gapmeter {writer} {path.parent}`"
        ) from None
    except UnicodeDecodeError as error:
        raise LoadError(f"{path}: is not UTF-8 ({error.reason}); save it as UTF-8") from None
    except OSError as error:
        raise LoadError(f"{path}: cannot be read ({error.strerror}); check it") from None


def _convert(path: Path, lines: list[int], table: pd.DataFrame, column: str) -> pd.Series:
    parse = _parser(column)
    values = []
    for row, text in enumerate(table[column]):
        try:
            values.append(parse(text))
        except ValueError as error:
            raise _row_error(path, lines, table, row, f"{column} {error}") from None
    dtype: Any = object
    if column in COUNT_COLUMNS:
        dtype = "int64"
    elif column in FLAG_COLUMNS:
        dtype = "boolean"
    elif column not in TEXT_COLUMNS:
        dtype = "float64"
    return pd.Series(values, index=table.index, dtype=dtype)


def _parser(column: str) -> Callable[[str], Any]:
    if column in TEXT_COLUMNS:
        return str
    if column in COUNT_COLUMNS:
        return _count
    if column in FLAG_COLUMNS:
        return _flag
    if column in SIGNED_COLUMNS:
        return _number
    return _positive if column in POSITIVE_COLUMNS else _non_negative


def _number(text: str) -> float:
    if text == "":
        return math.nan
    if not _NUMBER.fullmatch(text) or not math.isfinite(float(text)):
        raise ValueError(f"is {text!r}, not a finite number (an absent value is an empty field)")
    return float(text)


def _non_negative(text: str) -> float:
    value = _number(text)
    if value < 0:
        raise ValueError(f"is {text!r}, it cannot be negative")
    return value


def _positive(text: str) -> float:
    value = _number(text)
    if value <= 0:
        raise ValueError(f"is {text!r}, it must be above 0 (an absent value is an empty field)")
    return value


def _count(text: str) -> int:
    if not _COUNT.fullmatch(text):
        raise ValueError(f"is {text!r}, not a whole number")
    return int(text)


def _flag(text: str) -> bool | None:
    if text not in ("true", "false", ""):
        raise ValueError(f"is {text!r}, not true, false or empty")
    return None if text == "" else text == "true"


def _check_rows(path: Path, lines: list[int], table: pd.DataFrame) -> None:
    """The rules that span more than one field."""
    seen: set[tuple[Any, ...]] = set()
    for row, cell in enumerate(table.itertuples(index=False)):
        check_kernel_name(cell.kernel, f"{path}: line {lines[row]}")
        key = (cell.kernel, cell.variant, cell.n, cell.threads)
        fault = _fault(cell) or ("repeats an earlier cell" if key in seen else None)
        if fault:
            raise _row_error(path, lines, table, row, fault)
        seen.add(key)


def _is_of_lane(variant: str, lane: str) -> bool:
    """Whether it is named lane/name or, on another engine than the first, lane@engine/name."""
    where, slash, _ = variant.partition("/")
    return bool(slash) and where.partition("@")[0] == lane


def _fault(cell: Any) -> str | None:
    if cell.status not in STATUSES:
        return f"status is {cell.status!r}, not one of {', '.join(STATUSES)}"
    if not cell.variant.isprintable() or not _is_of_lane(cell.variant, cell.lane):
        return f"variant {cell.variant!r} is not named `lane/name` with lane {cell.lane!r}"
    if cell.threads < 1:
        return "threads is 0, it must be 1 or more"
    if cell.status == "ok" and math.isnan(cell.latency_ns):
        return "status is ok but latency_ns is empty"
    for low, high in INTERVALS:
        if getattr(cell, low) > getattr(cell, high):
            return f"{low} is above {high}"
    return None


def _again(summary: Path) -> str:
    return f"write it again with `gapmeter summarize {summary.parent}`"


def _row_error(
    path: Path, lines: list[int], table: pd.DataFrame, row: int, fault: str
) -> LoadError:
    cell = table.iloc[row]
    name = f"{cell['kernel']!s} {cell['variant']!s} n={cell['n']!s}"
    printable = "".join(c if c.isprintable() else "?" for c in name)
    return LoadError(f"{path}: line {lines[row]} ({printable}): {fault}; {_again(path)}")
