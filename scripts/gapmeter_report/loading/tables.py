"""Reads CSV files into typed tables, strictly.

A chart drawn from a damaged file looks as convincing as a good one: whatever does not fit the
file's schema raises LoadError, which says which file and row, what is wrong, and what to do. An
empty field is an absent value (NaN or NA), never 0. Nothing is computed here.
"""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from gapmeter_report.loading.errors import LoadError
from gapmeter_report.loading.texts import check_kernel_name, read_text

Parser = Callable[[str], Any]

# float() alone would also take "nan", "inf", "1_000" and " 1 ".
_NUMBER = re.compile(r"[+-]?\d+(\.\d*)?([eE][+-]?\d+)?")
_COUNT = re.compile(r"\d{1,19}")
_LARGEST_COUNT = 2**63 - 1  # at which the program's sums stop


@dataclass(frozen=True)
class Schema:
    """The columns of a file and how each is read; the columns that name a row; what else holds.

    `fault` says what is wrong with a row, across its fields. `added` are columns that files of
    earlier versions do not have. Without a `key` any row may come again.
    """

    columns: dict[str, Parser]
    key: tuple[str, ...]
    fault: Callable[[Any], str | None]
    added: dict[str, Parser] = field(default_factory=dict)


def read_table(path: Path, schema: Schema) -> pd.DataFrame:
    """The rows of a file that has to be there and to hold some."""
    table = _read(path, schema)
    if table.empty:
        raise LoadError(f"{path}: has a header but no rows; `gapmeter run` has measured nothing")
    return table


def read_table_if_there(path: Path, schema: Schema) -> pd.DataFrame:
    """The rows of a file that earlier versions did not write; none if it is not there."""
    if path.exists():
        return _read(path, schema)
    parsers = schema.columns | schema.added
    return pd.DataFrame({name: _typed([], parse) for name, parse in parsers.items()})


# Fields


def number(text: str) -> float:
    """A finite number; NaN if absent."""
    if text == "":
        return math.nan
    if not _NUMBER.fullmatch(text) or not math.isfinite(float(text)):
        raise ValueError(f"is {text!r}, not a finite number (an absent value is an empty field)")
    return float(text)


def non_negative(text: str) -> float:
    """A number that is 0 or more; NaN if absent."""
    value = number(text)
    if value < 0:
        raise ValueError(f"is {text!r}, it cannot be negative")
    return value


def positive(text: str) -> float:
    """A number above 0; NaN if absent."""
    value = number(text)
    if value <= 0:
        raise ValueError(f"is {text!r}, it must be above 0 (an absent value is an empty field)")
    return value


def count(text: str) -> int:
    """A whole number, which cannot be absent."""
    if not _COUNT.fullmatch(text) or int(text) > _LARGEST_COUNT:
        raise ValueError(f"is {text!r}, not a whole number")
    return int(text)


def count_if_any(text: str) -> int | None:
    """A whole number, or absent."""
    return None if text == "" else count(text)


def text_if_any(text: str) -> str | None:
    """A text, or absent; what cannot be absent is a plain `str`."""
    return text or None


def flag(text: str) -> bool | None:
    """True, false or absent."""
    if text not in ("true", "false", ""):
        raise ValueError(f"is {text!r}, not true, false or empty")
    return None if text == "" else text == "true"


_DTYPES: dict[Parser, str] = {
    str: "string", text_if_any: "string", count: "int64", count_if_any: "Int64", flag: "boolean",
}


def _typed(values: list[Any], parse: Parser) -> pd.Series:
    return pd.Series(values, dtype=_DTYPES.get(parse, "float64"))


# Files


def _read(path: Path, schema: Schema) -> pd.DataFrame:
    lines, table = _read_fields(path)
    missing = [column for column in schema.columns if column not in table.columns]
    if missing:
        raise LoadError(f"{path}: column {', '.join(missing)} is missing; {_again(path)}")
    for column in schema.added:
        if column not in table.columns:
            table[column] = ""
    for column, parse in (schema.columns | schema.added).items():
        table[column] = _convert(path, lines, table, column, parse)
    _check_rows(path, lines, table, schema)
    return table


def _read_fields(path: Path) -> tuple[list[int], pd.DataFrame]:
    """The fields as text, and the line of the file on which each row ends."""
    reader = csv.reader(io.StringIO(read_text(path, newline=""), newline=""), strict=True)
    lines: list[int] = []
    rows: list[list[str]] = []
    try:
        header: list[str] = next(reader, [])
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
            f"{path}: line {reader.line_num}: is not CSV ({error}); {_again(path)}"
        ) from None
    return lines, pd.DataFrame(rows, columns=header, dtype=object)


def _convert(
    path: Path, lines: list[int], table: pd.DataFrame, column: str, parse: Parser
) -> pd.Series:
    values = []
    for row, text in enumerate(table[column]):
        try:
            values.append(parse(text))
        except ValueError as error:
            raise _row_error(path, lines, table, row, f"{column} {error}") from None
    return _typed(values, parse)


def _check_rows(path: Path, lines: list[int], table: pd.DataFrame, schema: Schema) -> None:
    """The rules that span more than one field."""
    seen: set[tuple[Any, ...]] = set()
    for row, cell in enumerate(table.itertuples(index=False)):
        check_kernel_name(cell.kernel, f"{path}: line {lines[row]}")
        key = tuple(getattr(cell, column) for column in schema.key)
        repeated = bool(schema.key) and key in seen
        fault = schema.fault(cell) or ("repeats an earlier cell" if repeated else None)
        if fault:
            raise _row_error(path, lines, table, row, fault)
        seen.add(key)


def _again(path: Path) -> str:
    if path.name == "rounds.csv":
        return "measure again with `gapmeter run`"
    return f"write it again with `gapmeter summarize {path.parent}`"


def _row_error(
    path: Path, lines: list[int], table: pd.DataFrame, row: int, fault: str
) -> LoadError:
    cell = table.iloc[row]
    size = f" n={cell['n']!s}" if "n" in table.columns else ""
    name = f"{cell['kernel']!s} {cell['variant']!s}{size}"
    printable = "".join(c if c.isprintable() else "?" for c in name)
    return LoadError(f"{path}: line {lines[row]} ({printable}): {fault}; {_again(path)}")
