"""What the end-to-end tests share: running a program, reading its results, looking into /proc."""

from __future__ import annotations

import csv
import json
import os
import re
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import pytest

Row = dict[str, str]
T = TypeVar("T")

# The shortest run there is: one short round of each cell.
BRIEF = ("--quick", "--rounds", "1")
# What the programs were built with: address, undefined, thread.
SANITIZERS = set(os.environ.get("GAPMETER_SANITIZERS", "").split(",")) - {""}
# Whether what takes minutes is wanted: test.sh --full.
FULL = os.environ.get("GAPMETER_FULL", "") == "1"
PATIENCE_S = 300.0 if SANITIZERS else 60.0


def not_under(*sanitizers: str, because: str) -> pytest.MarkDecorator:
    """Skip what can't hold in programs that were built with one of these sanitizers."""
    found = ", ".join(sorted(SANITIZERS.intersection(sanitizers)))
    return pytest.mark.skipif(bool(found), reason=f"with the {found} sanitizer {because}")


def clean_environment() -> dict[str, str]:
    """This process's environment without what Python, pytest or a virtual environment put there.

    Tests that run at the same time don't warn each other.
    """
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("PYTHON", "PYTEST", "VIRTUAL_ENV"))
    }
    return kept | {"GAPMETER_MACHINE_LOCK": "/dev/null"}


@dataclass(frozen=True)
class Program:
    """An executable made by gapmeter_program(), run in an empty directory."""

    path: Path
    working_dir: Path

    @property
    def python_worker(self) -> Path:
        return self.path.with_name(self.path.name + "-python")

    def start(
        self, *arguments: str | Path, environment: dict[str, str] | None = None, **options: Any
    ) -> subprocess.Popen[str]:
        defaults: dict[str, Any] = {
            "cwd": self.working_dir,
            "stdin": subprocess.DEVNULL,
            "stdout": subprocess.PIPE,
            "stderr": subprocess.PIPE,
        }
        return subprocess.Popen(
            [str(self.path), *map(str, arguments)],
            env=clean_environment() | (environment or {}),
            encoding="utf-8",
            **(defaults | options),
        )

    def __call__(self, *arguments: str | Path, **options: Any) -> subprocess.CompletedProcess[str]:
        """Run to the end; `options` are those of start()."""
        with self.start(*arguments, **options) as process:
            try:
                stdout, stderr = process.communicate(timeout=3 * PATIENCE_S)
            except BaseException:
                process.kill()
                raise
        return subprocess.CompletedProcess(process.args, process.returncode, stdout, stderr)

    def measure(self, out: Path, *arguments: str | Path, **options: Any) -> Run:
        """`run` into the directory `out`."""
        return Run(out, self("run", "--out", out, *arguments, **options))


@dataclass(frozen=True)
class Results:
    """The directory of a run."""

    dir: Path

    @property
    def rounds(self) -> list[Row]:
        return read_csv(self.dir / "rounds.csv")

    @property
    def summary(self) -> list[Row]:
        return read_csv(self.dir / "summary.csv")

    @property
    def latency(self) -> list[Row]:
        return read_csv(self.dir / "latency.csv")

    @property
    def facts(self) -> dict[str, Any]:
        return json.loads((self.dir / "run.json").read_text(encoding="utf-8"))

    @property
    def log(self) -> str:
        return (self.dir / "workers.log").read_text(encoding="utf-8", errors="replace")

    def cell(self, kernel: str, variant: str, n: int) -> Row:
        """The one row of the summary about this cell."""
        (row,) = (
            row
            for row in self.summary
            if (row["kernel"], row["variant"], row["n"]) == (kernel, variant, str(n))
        )
        return row


@dataclass(frozen=True)
class Run(Results):
    """A run that has ended: its directory and its process."""

    process: subprocess.CompletedProcess[str]


def read_csv(path: Path) -> list[Row]:
    """The rows of a CSV file, every one as wide as its header."""
    with path.open(newline="", encoding="utf-8") as file:
        header, *rows = list(csv.reader(file, strict=True))
    assert all(len(row) == len(header) for row in rows), f"{path} has ragged rows"
    return [dict(zip(header, row)) for row in rows]


class Slice(NamedTuple):
    """A part of a round: what a call took in it, the probe before and after, and who waited."""

    call_ns: float
    before: int
    after: int
    waited: int


def slices_of(row: Row) -> list[Slice]:
    """The slices of a row of a time pass."""
    parts = (text.split(":") for text in row["slices"].split())
    return [Slice(float(call), *map(int, rest)) for call, *rest in parts]


def even_slices(call_ns: float, count: int = 10) -> str:
    """The field of a round whose slices all took this long and were not disturbed."""
    return " ".join([f"{call_ns:.6g}:1000:1000:0"] * count)


def wait_for(what: str, probe: Callable[[], T | None], deadline_s: float = PATIENCE_S) -> T:
    """The first true value that `probe` returns."""
    deadline = time.monotonic() + deadline_s
    while time.monotonic() < deadline:
        if value := probe():
            return value
        time.sleep(0.01)
    raise AssertionError(f"waited {deadline_s} s in vain for {what}")


def rows_so_far(out: Path) -> list[str]:
    """The lines of the rounds of a run that is under way; the header is not written at once."""
    file = out / "rounds.csv"
    return file.read_text(encoding="utf-8").splitlines()[1:] if file.exists() else []


def wait_for_rows(out: Path, count: int) -> None:
    """Until a run has written so many lines."""
    wait_for(f"{count} rows in {out}", lambda: len(rows_so_far(out)) >= count)


def assert_rejected(process: subprocess.CompletedProcess[str], *words: str) -> None:
    """Bad input: status 2, nothing on stdout, one line on stderr that holds these words."""
    assert process.returncode == 2, process.stdout + process.stderr
    assert process.stdout == ""
    lines = process.stderr.splitlines()
    if lines and lines[-1] == "Run with --help for more information.":
        lines.pop()
    assert len(lines) == 1, process.stderr
    assert max(map(len, lines[0].split())) < 200, "a word that nobody reads"
    assert lines[0].isprintable()
    assert "terminate called" not in lines[0] and "Traceback" not in lines[0]
    for word in words:
        assert word in lines[0]


def in_own_mounts(script: str, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """A shell script that may mount, seen by nobody else; its arguments are $1 and so on.

    Skips the test where that is not permitted.
    """
    alone = ["unshare", "--user", "--map-root-user", "--mount"]
    attempt = subprocess.run([*alone, "mount", "-t", "tmpfs", "none", "/mnt"], capture_output=True)
    if attempt.returncode != 0:
        pytest.skip(f"nothing can be mounted here: {attempt.stderr.decode().strip()}")
    return subprocess.run(
        [*alone, "sh", "-c", script, "sh", *map(str, arguments)],
        env=clean_environment(),
        capture_output=True,
        text=True,
        timeout=3 * PATIENCE_S,
    )


# Processes, by what /proc tells of them.


def read_proc(pid: int, name: str) -> str:
    """A file of /proc/PID, or nothing when the process has gone."""
    try:
        return Path(f"/proc/{pid}/{name}").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""


def status_field(pid: int, key: str) -> str:
    found = re.search(rf"^{key}:\s*(.*)$", read_proc(pid, "status"), re.MULTILINE)
    return found.group(1) if found else ""


def is_running(pid: int) -> bool:
    """False for a zombie too, which has ended and only waits to be asked for its status."""
    return status_field(pid, "State")[:1] not in ("", "Z", "X")


def executable_of(pid: int) -> Path | None:
    try:
        return Path(os.readlink(f"/proc/{pid}/exe"))
    except OSError:
        return None


def running_pids() -> Iterator[int]:
    pids = (int(name) for name in os.listdir("/proc") if name.isdigit())
    return (pid for pid in pids if is_running(pid))


def pids_with_argument(argument: str) -> list[int]:
    """The running processes that have this among the words of their command line."""
    return [pid for pid in running_pids() if argument in read_proc(pid, "cmdline").split("\0")]


def worker_of(process: subprocess.Popen[str]) -> int | None:
    """The worker that a gapmeter process is waiting for, once it has been exec'd."""
    for pid in running_pids():
        is_child = status_field(pid, "PPid") == str(process.pid)
        if is_child and "--gapmeter-worker" in read_proc(pid, "cmdline").split("\0"):
            return pid
    return None


def mapped_files(pid: int) -> set[Path]:
    lines = read_proc(pid, "maps").splitlines()
    return {Path(fields[5]) for line in lines if len(fields := line.split(None, 5)) == 6}


def wait_for_endless_worker(process: subprocess.Popen[str], executable: Path) -> int:
    """The worker of this executable, once it computes: the harness's own work is done by then."""
    least_ticks = 300 if SANITIZERS else 30

    def computing() -> int | None:
        pid = worker_of(process)
        if pid is None or executable_of(pid) != executable:
            return None
        # utime, in ticks of 10 ms: field 14, counted after the name in parentheses.
        ticks = read_proc(pid, "stat").rpartition(")")[2].split()
        return pid if ticks and int(ticks[11]) >= least_ticks else None

    return wait_for(f"a worker of {executable.name}", computing)


@contextmanager
def started(process: subprocess.Popen[str]) -> Iterator[subprocess.Popen[str]]:
    """A process that is killed at the end of the block if it has not ended."""
    with process:
        try:
            yield process
        finally:
            if process.poll() is None:
                process.kill()


def interrupt(process: subprocess.Popen[str]) -> None:
    """Send SIGINT and wait until its handler has been entered."""
    process.send_signal(signal.SIGINT)

    def taken() -> bool:
        pending = status_field(process.pid, "ShdPnd")
        return not pending or not int(pending, 16) >> (signal.SIGINT - 1) & 1

    wait_for("the signal to be taken", taken)
