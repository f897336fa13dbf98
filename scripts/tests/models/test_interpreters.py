"""Interpreters against each other: which is CPython's newest, and how baselines do on them."""

from __future__ import annotations

import math

import pytest
from gapmeter_report.charts.gallery import draw_all
from gapmeter_report.charts.interpreters import interpreters_chart
from gapmeter_report.loading.run import load
from gapmeter_report.models.interpreters import Interpreters, interpreters_of
from helpers.builder import Builder

ENGINES = {
    "3.13": {"version": "3.13.0", "build": "3.13.0 (main) [GCC]", "engine": "stock"},
    "3.9": {"version": "3.9.18", "build": "3.9.18 (main) [GCC]", "engine": "stock"},
    "3.14t": {"version": "3.14.0", "build": "3.14.0 free-threading build", "engine": "stock"},
    "pypy": {"version": "3.11.9", "build": "3.11.9 [PyPy 7.3.20 with GCC]", "engine": "portable"},
}


def several(builder: Builder, factors: dict[str, float]) -> Builder:
    """The kernel sum, whose baseline takes so many times as long on further engines as it takes,
    100 ns an element, on the first; native code takes 1 ns."""
    builder.add("sum", sizes=(16, 64))
    builder.metadata["python"] = {
        "version": "3.11.2", "build": "3.11.2 (main) [GCC]", "engine": "embedded",
    }
    for row in builder.cells(variant="python/builtin"):
        row.update(latency_ns=100 * row["n"], gap=100)
    builder.clear("latency_ci_low_ns", "latency_ci_high_ns", "gap_ci_low", "gap_ci_high")
    for label, factor in factors.items():
        builder.add_engine(label, factor, **ENGINES[label])
    return builder


def found_in(builder: Builder) -> Interpreters:
    """What is found in the run, which has to be something."""
    found = interpreters_of(load(builder.write()))
    assert found is not None
    return found


def test_they_are_held_against_the_newest_cpython_with_the_gil(builder: Builder) -> None:
    found = found_in(several(builder, {"3.13": 0.5, "3.9": 2, "3.14t": 1.5, "pypy": 0.05}))
    assert found.names[found.newest] == "python@3.13"
    (row,) = found.rows
    assert (row.kernel, row.n) == ("sum", 64)
    assert found.ratios(row) == pytest.approx([2, 1, 4, 3, 0.1])
    assert found.native_ratio(row) == pytest.approx(0.02)
    assert found.table() == [
        ["sum", "64", "3.20 µs", "2.00×", "1.00×", "4.00×", "3.00×", "0.100×", "0.0200×"]
    ]


def test_each_says_what_it_is(builder: Builder) -> None:
    found = found_in(several(builder, {"3.14t": 1, "pypy": 1}))
    assert [interpreter.said for interpreter in found.all] == [
        "CPython 3.11.2, embedded", "CPython 3.14.0 without the GIL, stock",
        "PyPy 3.11.9, timed by a loop in Python",
    ]


def test_one_without_a_result_leaves_a_gap(builder: Builder) -> None:
    several(builder, {"3.13": 1, "3.9": 1}).fail("error", variant="python@3.9/builtin")
    found = found_in(builder)
    assert math.isnan(found.ratios(found.rows[0])[2])
    assert found.table()[0][-2] == "–"


def test_a_run_on_one_interpreter_has_none(reference_run: Builder) -> None:
    run = load(reference_run.write())
    assert interpreters_of(run) is None
    assert interpreters_chart(run) is None


def test_charts_of_a_kernel_are_of_the_first_interpreter(builder: Builder) -> None:
    run = load(several(builder, {"3.13": 0.5, "pypy": 0.05}).write())
    pictures = {picture.stem: picture.alt for picture in draw_all(run, ["svg"])}
    assert "@" not in pictures["sum_latency"]
    assert "python@3.13" in pictures["interpreters"]
    assert "python@pypy 0.100×" in pictures["interpreters"]
