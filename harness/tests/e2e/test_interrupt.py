"""Ctrl-C: once ends a run after the row in hand, twice ends it at once; no row is lost."""

from __future__ import annotations

import fcntl
import os
import signal
import subprocess
import termios
from pathlib import Path

import pytest

from support import (
    Program,
    Results,
    Row,
    interrupt,
    is_running,
    rows_so_far,
    started,
    wait_for_endless_worker,
    wait_for_rows,
)

# Enough rounds to still be running whenever a test comes to interrupt them.
LONG_RUN = ("run", "--quick", "--kernels", "empty", "--rounds", "100000")


def take_terminal(terminal: int) -> None:
    """In a new process: make the terminal the one whose Ctrl-C it receives."""
    os.setsid()
    fcntl.ioctl(terminal, termios.TIOCSCTTY, 0)


def ended_rounds(rounds: list[Row]) -> int:
    return sum(row["pass"] == "time" for row in rounds)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_once_ends_the_run_with_its_summary(
    gapmeter: Program, out: Path, number: signal.Signals
) -> None:
    with started(gapmeter.start(*LONG_RUN, "--out", out)) as process:
        wait_for_rows(out, 8)
        process.send_signal(number)
        stdout, _ = process.communicate(timeout=20)
    assert process.returncode == 130
    results = Results(out)
    assert results.facts["interrupted"] is True
    assert {row["status"] for row in results.rounds} == {"ok"}
    assert sum(int(row["rounds"]) for row in results.summary) == ended_rounds(results.rounds)
    assert stdout.startswith("empty\n"), "the table of what there is"


def test_an_interrupted_run_can_be_summarized_again(gapmeter: Program, out: Path) -> None:
    with started(gapmeter.start(*LONG_RUN, "--out", out)) as process:
        wait_for_rows(out, 8)
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=20)
    before = (out / "summary.csv").read_bytes()
    assert gapmeter("summarize", out).returncode == 0
    assert (out / "summary.csv").read_bytes() == before


def test_a_killed_run_can_be_summarized(gapmeter: Program, out: Path) -> None:
    with started(gapmeter.start(*LONG_RUN, "--out", out)) as process:
        wait_for_rows(out, 8)
        process.kill()
    rows = len(rows_so_far(out))
    assert not (out / "summary.csv").exists()
    assert gapmeter("summarize", out).returncode == 0
    results = Results(out)
    assert len(results.rounds) == rows, "every row was on disk, whole"
    assert {row["status"] for row in results.summary} == {"ok"}


@pytest.mark.parametrize(("variant", "lane"), [("native/loops", "native"), ("hangs", "python")])
def test_twice_ends_a_worker_that_would_not_end(
    zoo: Program, out: Path, variant: str, lane: str
) -> None:
    executable = zoo.path if lane == "native" else zoo.python_worker
    process = zoo.start(
        *("run", "--quick", "--kernels", "endless", "--variants", f"right,{variant}"),
        *("--sizes", "16", "--out", out),
    )
    with started(process):
        wait_for_rows(out, 1)
        worker = wait_for_endless_worker(process, executable)
        interrupt(process)
        assert is_running(worker), "the first time, the row in hand may end"
        interrupt(process)
        process.communicate(timeout=10)
        assert process.returncode == 130
        assert not is_running(worker)
    results = Results(out)
    assert results.facts["interrupted"] is True
    assert f"{lane}/{variant.rpartition('/')[2]}" not in {row["variant"] for row in results.rounds}
    [right] = (row for row in results.summary if row["variant"] == "native/right")
    assert (right["status"], right["verified"]) == ("skipped", "true")
    assert right["reason"] == "the run ended before its first round"


def test_control_c_on_a_terminal_reaches_the_program_and_not_the_worker(
    gapmeter: Program, out: Path
) -> None:
    person, terminal = os.openpty()
    process = gapmeter.start(
        *(*LONG_RUN, "--out", out),
        stdin=terminal,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        preexec_fn=lambda: take_terminal(terminal),
    )
    os.close(terminal)
    with started(process):
        wait_for_rows(out, 8)
        os.write(person, b"\x03")
        process.wait(timeout=20)
    os.close(person)
    assert process.returncode == 130
    assert {row["status"] for row in Results(out).rounds} == {"ok"}
