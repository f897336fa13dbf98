"""doctor: what disturbs measurements here, and how large a change shows in spite of it."""

from __future__ import annotations

import re

import pytest

from support import (
    SANITIZERS,
    Program,
    assert_rejected,
    interrupt,
    started,
    wait_for,
    worker_of,
)


@pytest.fixture(scope="module")
def told(gapmeter: Program) -> str:
    """What it prints; a machine too noisy for changes of 2 % is told by the exit status."""
    if SANITIZERS:
        pytest.skip("sanitized workers take longer than doctor waits for them")
    process = gapmeter("doctor")
    assert process.stderr == ""
    changes = re.findall(r"Smallest change .*: (\d+\.\d) %\.\n$", process.stdout)
    if not changes:
        assert process.stdout.endswith("The noise could not be measured.\n")
        assert process.returncode == 3
    elif float(changes[0]) != 2.0:  # it was rounded
        assert process.returncode == (0 if float(changes[0]) < 2 else 3)
    return process.stdout


def test_examines_machine_clock_build_and_python(told: str) -> None:
    for subject in ("load: ", "address randomisation: ", "clock: ", "libpython: ", "NumPy's BLAS"):
        [line] = [line for line in told.splitlines() if subject in line]
        assert re.match("(ok  |note|BAD ) ", line)


def test_what_is_wrong_comes_with_advice(told: str) -> None:
    lines = told.splitlines()
    for line, following in zip(lines, lines[1:]):
        if line.startswith("BAD "):
            assert following.startswith("       -> "), line


def test_measures_both_lanes_against_themselves(told: str) -> None:
    if "could not be measured: too few rounds" in told:
        pytest.skip("so busy is this machine that a few seconds are too few rounds")
    widths = re.findall(r" (native|python)/\S+ n=1Ki against itself: known to ±(\d+\.\d+) %", told)
    assert [lane for lane, _ in widths] == ["native", "python"]
    assert all(0 < float(width) < 100 for _, width in widths)


def test_compares_the_embedded_interpreter_with_the_stock_one(told: str) -> None:
    [penalty] = re.findall(r"embedding: python/\S+ takes (\d+\.\d+) times as long as in ", told)
    assert 0.2 < float(penalty) < 5


def test_a_processor_that_is_not_there_is_refused(gapmeter: Program) -> None:
    assert_rejected(gapmeter("doctor", "--pin", "100000"), "100000")


def test_an_interrupt_ends_it(gapmeter: Program) -> None:
    with started(gapmeter.start("doctor")) as process:
        wait_for("a worker", lambda: worker_of(process))
        interrupt(process)
        process.communicate(timeout=20)
    assert process.returncode == 130
