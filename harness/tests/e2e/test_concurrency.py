"""Two runs at once warn each other; within a run no worker disturbs another."""

from __future__ import annotations

import fcntl
import signal
from pathlib import Path

import pytest

from support import BRIEF, Program, Results, Run, started, wait_for

WARNING = "gapmeter: warning: another gapmeter run is measuring on this machine"
NATIVE = ("--kernels", "empty", "--variants", "native/*")
LONG_RUN = ("run", "--quick", *NATIVE, "--rounds", "100000")
SHORT_RUN = (*BRIEF, "--kernels", "empty")


def count_rows(out: Path) -> int:
    file = out / "rounds.csv"
    return file.read_bytes().count(b"\n") if file.exists() else 0


def wait_for_more_rows(out: Path) -> None:
    before = count_rows(out)
    wait_for("rows", lambda: count_rows(out) > before + 2)


def test_two_runs_at_once_warn_each_other_and_their_readers(
    gapmeter: Program, tmp_path: Path
) -> None:
    lock = {"GAPMETER_MACHINE_LOCK": str(tmp_path / "lock")}
    first = Results(tmp_path / "first")
    with started(gapmeter.start(*LONG_RUN, "--out", first.dir, environment=lock)) as process:
        wait_for_more_rows(first.dir)
        assert first.facts["measured_alone"] is True
        second = gapmeter.measure(tmp_path / "second", *SHORT_RUN, environment=lock)
        wait_for_more_rows(first.dir)
        assert first.facts["measured_alone"] is False, "on disk at once"
        process.send_signal(signal.SIGINT)
        _, stderr = process.communicate(timeout=30)
    assert second.process.returncode == 0, "it is a warning and no more"
    assert second.facts["measured_alone"] is False
    assert second.process.stderr.count(WARNING) == 1
    assert stderr.count(WARNING) == 1
    assert first.facts["measured_alone"] is False


def test_a_run_after_another_is_alone(gapmeter: Program, tmp_path: Path) -> None:
    lock = {"GAPMETER_MACHINE_LOCK": str(tmp_path / "lock")}
    with started(gapmeter.start(*LONG_RUN, "--out", tmp_path / "killed", environment=lock)) as run:
        wait_for_more_rows(tmp_path / "killed")
        run.kill()
    after = gapmeter.measure(tmp_path / "after", *SHORT_RUN, environment=lock)
    assert after.facts["measured_alone"] is True
    assert WARNING not in after.process.stderr


def test_a_resumed_run_remembers_that_it_was_not_alone(gapmeter: Program, tmp_path: Path) -> None:
    lock = {"GAPMETER_MACHINE_LOCK": str(tmp_path / "lock")}
    with started(gapmeter.start(*LONG_RUN, "--out", tmp_path / "other", environment=lock)):
        wait_for_more_rows(tmp_path / "other")
        run = gapmeter.measure(tmp_path / "run", *SHORT_RUN, environment=lock)
    assert gapmeter("run", "--resume", run.dir, environment=lock).returncode == 0
    assert run.facts["measured_alone"] is False


@pytest.mark.parametrize("command", ["ab", "doctor"])
def test_other_commands_that_measure_warn_too(
    gapmeter: Program, tmp_path: Path, command: str
) -> None:
    lock = {"GAPMETER_MACHINE_LOCK": str(tmp_path / "lock")}
    arguments: list[str | Path] = [command]
    if command == "ab":
        arguments += [gapmeter.path, gapmeter.path, "--kernels", "empty", "--rounds", "1"]
    with started(gapmeter.start(*LONG_RUN, "--out", tmp_path / "run", environment=lock)):
        wait_for_more_rows(tmp_path / "run")
        with started(gapmeter.start(*arguments, environment=lock)) as process:
            assert process.stderr is not None
            lines = iter(process.stderr.readline, "")
            assert any(WARNING in line for line in lines)


def measure_alone(zoo: Program, out: Path, lock: Path) -> Run:
    return zoo.measure(
        out,
        *("--quick", "--rounds", "3", "--kernels", "alone", "--sizes", "16,32"),
        environment={"GAPMETER_ZOO_LOCK": str(lock)},
    )


def test_within_a_run_only_one_worker_works_at_a_time(
    zoo: Program, out: Path, tmp_path: Path
) -> None:
    run = measure_alone(zoo, out, tmp_path / "lock")
    assert {row["status"] for row in run.rounds} == {"ok"}, run.process.stderr
    lockers = [row for row in run.rounds if not row["variant"].endswith("/right")]
    passes = 2 + 3  # verify, memory, and three rounds
    assert len(lockers) == 2 * 4 * passes, "two sizes of four variants"


def test_workers_that_were_not_alone_would_have_said_so(
    zoo: Program, out: Path, tmp_path: Path
) -> None:
    with open(tmp_path / "lock", "w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        run = measure_alone(zoo, out, tmp_path / "lock")
    for row in run.summary:
        expected = "ok" if row["variant"].endswith("/right") else "error"
        assert row["status"] == expected
        assert expected == "ok" or "not alone" in row["reason"]
