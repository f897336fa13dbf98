"""--precision: a cell's rounds end when its intervals are narrow, and stop_reason says so."""

from __future__ import annotations

import math
import re
from pathlib import Path

import pytest

from support import Program, Row, Run

EMPTY = ("--quick", "--kernels", "empty", "--sizes", "1")
NOT_REACHED = "the wanted precision was not reached"
# The fewest that a cell has before its intervals can end it.
LEAST_ROUNDS = 8


def half_width(row: Row, field: str) -> float:
    """Of an interval, relative to its middle; without end where there is none."""
    names = {"latency": "latency_ci_{}_ns", "gap": "gap_ci_{}"}[field]
    low, high = (row[names.format(end)] for end in ("low", "high"))
    if not low or not high:  # too few rounds for one
        return math.inf
    return (float(high) - float(low)) / (float(high) + float(low))


def imprecise(run: Run, precision: float) -> set[str]:
    """The variants whose gap, or latency if they have none, has an interval wider than that."""
    return {
        row["variant"]
        for row in run.summary
        if half_width(row, "gap" if row["gap"] else "latency") > precision
    }


def test_a_precision_that_any_round_has_ends_with_the_first_interval(
    gapmeter: Program, out: Path
) -> None:
    run = gapmeter.measure(out, *EMPTY, "--precision", "99%")
    assert run.process.returncode == 0, run.process.stderr
    # On a busy machine a cell that was always disturbed is never precise, nor is a gap with it.
    disturbed = imprecise(run, 0.99) or [row for row in run.summary if row["state"] == "mixed"]
    for row in run.summary:
        assert row["status"] == "ok"
        assert LEAST_ROUNDS <= int(row["rounds"]) < 60
        if row["stop_reason"] == "out of reach":
            assert disturbed and row["reason"] == NOT_REACHED
        else:
            assert (row["stop_reason"], row["reason"]) == ("precision", "")
    for row in run.rounds:
        assert (row["precision"], row["rounds_planned"]) == ("0.99", "60")
        assert row["budgeted"] == "false"
    assert (run.facts["precision"], run.facts["rounds"]) == (0.99, 60)
    if not disturbed:
        assert "did not reach" not in run.process.stdout


# Of calls of a nanosecond some may well be the same in every round: to a millionth, not all.
def test_a_precision_that_is_never_reached_ends_with_the_rounds(
    gapmeter: Program, out: Path
) -> None:
    run = gapmeter.measure(out, *EMPTY, "--precision", "0.0001%", "--rounds", "7")
    assert run.process.returncode == 0, "that is no failure"
    wide = imprecise(run, 1e-6)
    assert wide
    for row in run.summary:
        if row["variant"] in wide:
            assert (row["stop_reason"], row["rounds"]) == ("rounds", "7")
            assert (row["status"], row["reason"]) == ("ok", NOT_REACHED)
        else:
            assert row["stop_reason"] == "precision"
    assert f"\n{len(wide)} of them did not reach ±0.0001 %: their stop_reason" in run.process.stdout


@pytest.fixture(scope="module")
def run(gapmeter: Program, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """A precision that some cells may reach and others may not."""
    return gapmeter.measure(
        tmp_path_factory.mktemp("precision") / "out",
        *("--quick", "--kernels", "sum", "--sizes", "1,1000", "--variants", "simd,builtin,loop"),
        *("--precision", "1%", "--rounds", "12"),
    )


def assert_ended_as_their_gaps_say(run: Run, precision: float, most_rounds: int) -> None:
    for row in run.summary:
        assert LEAST_ROUNDS <= int(row["rounds"]) <= most_rounds
        # A compiled variant goes by its ratio to the fastest, which is no column.
        if row["lane"] != "python":
            assert row["stop_reason"] in ("precision", "rounds", "out of reach")
            assert row["reason"] == ("" if row["stop_reason"] == "precision" else NOT_REACHED)
            continue
        if half_width(row, "gap") <= precision:
            assert (row["stop_reason"], row["reason"]) == ("precision", "")
        elif row["rounds"] == str(most_rounds):
            assert (row["stop_reason"], row["reason"]) == ("rounds", NOT_REACHED)
        else:
            # Known when it ended, before the other side went on; or never to be.
            assert row["stop_reason"] in ("precision", "out of reach")


def test_the_stop_reason_follows_from_the_intervals(run: Run) -> None:
    assert_ended_as_their_gaps_say(run, 0.01, 12)


def test_a_native_variant_is_measured_as_long_as_a_gap_against_it_needs_it(run: Run) -> None:
    for row in run.summary:
        if row["lane"] == "python":
            native = run.cell("sum", row["reference"], int(row["n"]))
            assert int(native["rounds"]) >= int(row["rounds"])


def test_summarize_tells_the_same_stop_reasons(run: Run, gapmeter: Program) -> None:
    before = (run.dir / "summary.csv").read_bytes()
    assert gapmeter("summarize", run.dir).returncode == 0
    assert (run.dir / "summary.csv").read_bytes() == before


def test_progress_ends_at_the_total_whatever_was_left_out(run: Run) -> None:
    last = run.process.stderr.splitlines()[-1]
    match = re.match(r"\[(\d+)/(\d+) tasks\] ", last)
    assert match and match[1] == match[2]


def test_a_budget_may_end_it_sooner(gapmeter: Program, out: Path) -> None:
    run = gapmeter.measure(
        out, *EMPTY, "--precision", "0.0001%", "--rounds", "100000", "--budget", "2s"
    )
    assert run.process.returncode == 0
    wide = imprecise(run, 1e-6)
    for row in run.summary:
        if row["variant"] in wide:
            assert row["stop_reason"] in ("budget", "out of reach")
            assert row["reason"] == NOT_REACHED


def test_by_itself_a_run_measures_until_its_gaps_are_known(gapmeter: Program, out: Path) -> None:
    run = gapmeter.measure(out, "--kernels", "empty", "--sizes", "1")
    assert run.process.returncode == 0, run.process.stderr
    assert (run.facts["precision"], run.facts["rounds"]) == (0.03, 40)
    assert_ended_as_their_gaps_say(run, 0.03, 40)
