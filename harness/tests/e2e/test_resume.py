"""run --resume: a run that was cut short goes on, and ends as if nothing had happened."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import subprocess
import time
from contextlib import suppress
from pathlib import Path

import pytest

from support import (
    FULL, Program, Results, Row, assert_rejected, started, wait_for, wait_for_rows, worker_of
)

TINY = ("--kernels", "empty,growth", "--sizes", "4,16", "--quick", "--rounds", "3", "--pin", "0")
KILLS = 100 if FULL else 12


def key_of(row: Row) -> tuple[str, ...]:
    """What identifies a row, and all of it that is no measurement."""
    place = ("kernel", "variant", "n", "threads", "pass", "round", "position", "rounds_planned")
    return tuple(row[name] for name in (*place, "status", "input_digest", "max_error"))


@pytest.fixture(scope="module")
def undisturbed(gapmeter: Program, tmp_path_factory: pytest.TempPathFactory) -> Results:
    run = gapmeter.measure(tmp_path_factory.mktemp("whole") / "out", *TINY)
    assert run.process.returncode == 0, run.process.stderr
    return run


def keys(results: Results) -> list[tuple[str, ...]]:
    return [key_of(row) for row in results.rounds]


def whole_lines(out: Path) -> bytes:
    """What a killed run has left of rounds.csv, without a torn last line."""
    file = out / "rounds.csv"
    text = file.read_bytes() if file.exists() else b""
    return text[: text.rfind(b"\n") + 1]


def wait_for_more_rows(process: subprocess.Popen[str], out: Path, rows: int) -> None:
    """Until there are so many more rows than now, or the run has ended."""
    wanted = whole_lines(out).count(b"\n") + rows
    wait_for("rows", lambda: process.poll() is not None
             or whole_lines(out).count(b"\n") >= wanted)


def test_killed_at_random_moments_it_ends_as_if_undisturbed(
    gapmeter: Program, undisturbed: Results, out: Path
) -> None:
    moments = random.Random(1)
    begin = ("run", *TINY, "--out", out)
    kills = amid_rows = 0
    while kills < KILLS:
        arguments = ("run", "--resume", out) if (out / "run.json").exists() else begin
        if arguments is begin and out.exists():
            shutil.rmtree(out)  # killed before it had begun
        before = whole_lines(out)
        with started(gapmeter.start(*arguments)) as process:
            if moments.random() < 0.75:
                wait_for_more_rows(process, out, moments.randrange(3))
            time.sleep(moments.uniform(0.0, 0.3))
            process.kill()
            process.communicate()
        kills += 1
        assert whole_lines(out).startswith(before), "what was measured stays, and is not repeated"
        amid_rows += 1 < whole_lines(out).count(b"\n") <= len(undisturbed.rounds)
        if (out / "summary.csv").exists():  # it came to its end: from the beginning again
            assert keys(Results(out)) == keys(undisturbed)
            shutil.rmtree(out)
    assert amid_rows >= KILLS // 3, "most runs were killed before their first row"
    if (out / "run.json").exists():
        process = gapmeter("run", "--resume", out)
        assert process.returncode == 0, process.stderr
        assert keys(Results(out)) == keys(undisturbed)


def test_a_killed_worker_costs_no_row(gapmeter: Program, undisturbed: Results, out: Path) -> None:
    kills = 0
    with started(gapmeter.start("run", *TINY, "--out", out)) as process:
        while process.poll() is None and kills < 5:
            wait_for_more_rows(process, out, 4)  # so that none is killed twice
            worker = worker_of(process)
            if worker is not None:
                with suppress(ProcessLookupError):  # it has just ended
                    os.kill(worker, signal.SIGKILL)
                    kills += 1
        _, stderr = process.communicate()
    assert kills > 0
    assert process.returncode == 0, stderr
    assert keys(Results(out)) == keys(undisturbed)


def test_what_was_measured_of_the_machine_is_kept(
    gapmeter: Program, undisturbed: Results, tmp_path: Path
) -> None:
    cut_short = tmp_path / "short"
    shutil.copytree(undisturbed.dir, cut_short)
    lines = whole_lines(cut_short).splitlines(keepends=True)
    (cut_short / "rounds.csv").write_bytes(b"".join(lines[:5]))
    assert gapmeter("run", "--resume", cut_short).returncode == 0
    before, after = undisturbed.facts, Results(cut_short).facts
    limits, first = after["machine"]["limits"], before["machine"]["limits"]
    assert limits.keys() == first.keys()
    assert all(limits[name] >= first[name] for name in first), "the best counts"
    assert after["python"]["embedding_penalty"] == before["python"]["embedding_penalty"]
    assert after["python"]["embedding_penalty"]["cells"]


def test_ctrl_c_tells_how_to_go_on(gapmeter: Program, undisturbed: Results, out: Path) -> None:
    with started(gapmeter.start("run", *TINY, "--out", out)) as process:
        wait_for_rows(out, 3)
        process.send_signal(signal.SIGINT)
        stdout, _ = process.communicate(timeout=30)
    assert process.returncode == 130
    command = stdout.splitlines()[-1].removeprefix("to go on: gapmeter ").split()
    assert command == ["run", "--resume", str(out)]
    resumed = gapmeter(*command)
    assert resumed.returncode == 0, resumed.stderr
    assert keys(Results(out)) == keys(undisturbed)
    assert Results(out).facts["interrupted"] is False


def test_a_torn_last_line_is_measured_again(
    gapmeter: Program, undisturbed: Results, tmp_path: Path
) -> None:
    torn = tmp_path / "torn"
    shutil.copytree(undisturbed.dir, torn)
    text = (torn / "rounds.csv").read_text(encoding="utf-8")
    (torn / "rounds.csv").write_text(text[: len(text) * 2 // 3], encoding="utf-8")
    process = gapmeter("run", "--resume", torn)
    assert process.returncode == 0, process.stderr
    assert keys(Results(torn)) == keys(undisturbed)


def test_a_complete_run_is_left_as_it_is(
    gapmeter: Program, undisturbed: Results, tmp_path: Path
) -> None:
    complete = tmp_path / "complete"
    shutil.copytree(undisturbed.dir, complete)
    assert gapmeter("run", "--resume", complete).returncode == 0
    for name in ("rounds.csv", "summary.csv", "growth.csv"):
        assert (complete / name).read_bytes() == (undisturbed.dir / name).read_bytes()


@pytest.mark.parametrize(
    ("part", "key", "value"),
    [
        ("build", "compiler", "another one"),
        ("build", "programs", "0000000000000000"),
        ("python", "version", "3.1.4"),
        ("kernels", "empty", {}),
        ("kernels/growth", "python_source", "0000000000000000"),
        (None, "plan_digest", "0000000000000000"),
        (None, "huge_pages", "malloc"),
    ],
)
def test_what_was_measured_otherwise_is_refused(
    gapmeter: Program,
    undisturbed: Results,
    tmp_path: Path,
    part: str | None,
    key: str,
    value: object,
) -> None:
    other = tmp_path / "other"
    shutil.copytree(undisturbed.dir, other)
    facts = json.loads((other / "run.json").read_text(encoding="utf-8"))
    changed = facts
    for name in part.split("/") if part else ():
        changed = changed[name]
    changed[key] = value
    (other / "run.json").write_text(json.dumps(facts), encoding="utf-8")
    assert_rejected(gapmeter("run", "--resume", other), "can't go on", key)


def test_what_can_not_be_resumed_is_rejected(
    gapmeter: Program, undisturbed: Results, tmp_path: Path
) -> None:
    assert_rejected(gapmeter("run", "--resume", tmp_path / "nowhere"), "nowhere")
    assert_rejected(gapmeter("run", "--resume", tmp_path), "run.json")
    process = gapmeter("run", "--resume", undisturbed.dir, "--rounds", "5")
    assert_rejected(process, "--resume", "--rounds")


def test_a_directory_in_use_is_refused(gapmeter: Program, out: Path) -> None:
    long_run = ("run", "--quick", "--kernels", "empty", "--rounds", "100000", "--out", out)
    with started(gapmeter.start(*long_run)) as process:
        wait_for_rows(out, 3)
        assert_rejected(gapmeter("run", "--resume", out), "another run is writing it")
        process.kill()
