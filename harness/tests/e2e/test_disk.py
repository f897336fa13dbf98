"""Disks that fail: a clear message, status 2, and what was written stays whole."""

from __future__ import annotations

import resource
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from support import (
    BRIEF, Program, Results, assert_rejected, clean_environment, in_own_mounts, started, wait_for,
)

EMPTY = (*BRIEF, "--kernels", "empty")
NATIVE = ("--kernels", "empty", "--variants", "native/*")
LONG_RUN = ("run", "--quick", *NATIVE, "--rounds", "100000")


def errors_in(stderr: str) -> list[str]:
    return [line for line in stderr.splitlines() if line.startswith("gapmeter: ")]


def test_a_disk_that_fills_up_while_output_is_logged_ends_the_run(
    zoo: Program, tmp_path: Path
) -> None:
    disk, kept = tmp_path / "disk", tmp_path / "kept"
    disk.mkdir()
    process = in_own_mounts(
        'mount -t tmpfs -o size=48k none "$1"; disk=$1 kept=$2; shift 2; "$@"; status=$?;'
        'cp -r "$disk/out" "$kept"; exit $status',
        *(disk, kept, zoo.path, "run", *BRIEF, "--kernels", "untidy", "--sizes", "16"),
        *("--out", disk / "out"),
    )
    assert process.returncode == 2, process.stderr
    (error,) = errors_in(process.stderr)
    assert "can't be written: No space left on device" in error
    assert Results(kept).rounds, "rows that are whole"
    assert zoo("summarize", kept).returncode == 0


def test_a_file_that_may_not_grow_ends_the_run_and_keeps_whole_rows(
    gapmeter: Program, out: Path
) -> None:
    limit = 24 << 10
    process = gapmeter(
        *(*LONG_RUN, "--out", out),
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)),
    )
    assert process.returncode == 2, process.stderr
    assert errors_in(process.stderr) == [
        f"gapmeter: {out}/rounds.csv: can't be written: File too large"
    ]
    assert Results(out).rounds
    assert gapmeter("summarize", out).returncode == 0
    assert Results(out).summary


READ_ONLY = (
    'mount -t tmpfs none "$1"; mkdir "$1/empty"; cp -r "$2" "$1/run"; mount -o remount,ro "$1";'
    'shift 2; "$@"'
)


@pytest.fixture(scope="module")
def finished(gapmeter: Program, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return gapmeter.measure(tmp_path_factory.mktemp("run") / "out", *EMPTY).dir


@pytest.mark.parametrize("below", ["empty", "new", "new/deeper"])
def test_a_run_into_what_is_read_only_is_refused_before_it_measures(
    gapmeter: Program, finished: Path, tmp_path: Path, below: str
) -> None:
    process = in_own_mounts(
        READ_ONLY, tmp_path, finished, gapmeter.path, "run", *EMPTY, "--out", tmp_path / below
    )
    assert_rejected(process, str(tmp_path), "Read-only file system")


@pytest.mark.parametrize(
    "command", [["summarize"], ["report"], ["plot"], ["run", "--resume"]], ids=" ".join
)
def test_commands_that_can_not_write_into_a_run_say_so(
    gapmeter: Program, finished: Path, tmp_path: Path, command: list[str]
) -> None:
    process = in_own_mounts(
        READ_ONLY, tmp_path, finished, gapmeter.path, *command, tmp_path / "run"
    )
    assert_rejected(process, str(tmp_path / "run"), "Read-only file system")


@pytest.mark.parametrize(
    "vanish",
    [
        pytest.param(shutil.rmtree, id="deleted"),
        pytest.param(lambda path: path.rename(path.with_name("elsewhere")), id="moved"),
        pytest.param(lambda path: (path / "rounds.csv").unlink(), id="its rows deleted"),
    ],
)
def test_a_directory_that_vanishes_ends_the_run_at_once(
    gapmeter: Program, out: Path, vanish: Callable[[Path], object]
) -> None:
    with started(gapmeter.start(*LONG_RUN, "--out", out)) as process:
        file = out / "rounds.csv"
        wait_for("rows", lambda: file.exists() and file.read_bytes().count(b"\n") > 3)
        vanish(out)
        _, stderr = process.communicate(timeout=30)
    assert process.returncode == 2
    assert errors_in(stderr) == [
        f"gapmeter: {out}/rounds.csv: was moved or deleted while it was being written"
    ]
    moved = out.with_name("elsewhere")
    if moved.exists():
        rows = Results(moved).rounds
        assert gapmeter("summarize", moved).returncode == 0
        assert {row["status"] for row in rows} == {"ok"}


def test_of_two_runs_that_begin_in_one_directory_one_goes_on(gapmeter: Program, out: Path) -> None:
    def begin() -> subprocess.Popen[str]:
        return gapmeter.start(*LONG_RUN, "--out", out)

    with started(begin()) as first, started(begin()) as second:
        wait_for("one to end", lambda: first.poll() is not None or second.poll() is not None)
        loser, winner = (first, second) if first.poll() is not None else (second, first)
        _, stderr = loser.communicate(timeout=30)
        assert loser.returncode == 2
        (error,) = errors_in(stderr)
        assert str(out) in error
        file = out / "rounds.csv"
        wait_for("rows", lambda: file.exists() and file.read_bytes().count(b"\n") > 8)
        assert winner.poll() is None, "the other one was not disturbed"
    assert gapmeter("summarize", out).returncode == 0
    assert {row["status"] for row in Results(out).rounds} == {"ok"}


def test_rows_are_whole_whenever_they_are_read(gapmeter: Program, out: Path) -> None:
    with started(gapmeter.start(*LONG_RUN, "--out", out)):
        file = out / "rounds.csv"
        for count in range(2, 8):
            wait_for("rows", lambda: file.exists() and file.read_bytes().count(b"\n") > count)
            process = subprocess.run(
                [gapmeter.path, "summarize", out],
                env=clean_environment(), capture_output=True, text=True,
            )
            assert process.returncode == 0, process.stderr
