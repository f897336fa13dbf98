"""Numbers: one rule for figures, which the program's own output follows, and round ones."""

from __future__ import annotations

import csv
import math
from pathlib import Path

import pytest
from gapmeter_report.models import numbers

FORMS = {"time": numbers.format_time, "ratio": numbers.format_ratio, "size": numbers.format_size}
# The tests of the program read the same file.
CASES = Path(__file__).resolve().parents[1] / "data" / "number_cases.csv"


def cases() -> list[tuple[str, float, str]]:
    with CASES.open(encoding="utf-8", newline="") as file:
        return [(row["kind"], float(row["value"]), row["text"]) for row in csv.DictReader(file)]


@pytest.mark.parametrize(("kind", "value", "text"), cases())
def test_figures_and_sizes_are_written_as_the_program_writes_them(
    kind: str, value: float, text: str
) -> None:
    assert FORMS[kind](value) == text


@pytest.mark.parametrize(
    ("value", "text"), [(0, "0"), (-1.5, "-1.50"), (math.inf, "inf"), (math.nan, "nan")]
)
def test_what_has_no_three_digits_is_still_written(value: float, text: str) -> None:
    assert numbers.three_digits(value) == text


def test_bytes_and_rates_have_their_own_prefixes() -> None:
    assert numbers.format_bytes(3 * 2**20) == "3.00 MiB"
    assert numbers.format_bytes(512) == "512 B"
    assert numbers.format_rate(3e6) == "3.00 M"
    assert numbers.format_rate(999.6) == "1.00 k"


def test_what_is_counted_is_written_out() -> None:
    assert numbers.format_metric(1234567) == "1234567"
    assert numbers.format_metric(0) == "0"
    assert numbers.format_metric(0.25) == "0.250"


def test_round_numbers_have_no_zeros_that_say_nothing() -> None:
    assert numbers.round_time(1500) == "1.5 µs"
    assert numbers.round_time(2e7) == "20 ms"
    assert numbers.round_ratio(1000) == "1,000×"
    assert numbers.round_bytes(1.5 * 2**30) == "1.5 GiB"
    assert numbers.round_rate(3e6) == "3 M"
    assert numbers.round_number(0.1 + 0.2) == "0.3"
