"""Workers: fresh processes of their own executable, pinned, Python only where it belongs."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from support import (
    Program,
    Results,
    executable_of,
    is_running,
    mapped_files,
    read_proc,
    started,
    status_field,
    wait_for,
    wait_for_endless_worker,
)


@dataclass(frozen=True)
class Pair:
    """A run that waits for a worker that never ends."""

    parent: subprocess.Popen[str]
    worker: int


@contextmanager
def endless_run(
    zoo: Program, lane: str, out: Path, *arguments: str, environment: dict[str, str] | None = None
) -> Iterator[Pair]:
    variant, executable = {
        "native": ("native/loops", zoo.path),
        "python": ("python/hangs", zoo.python_worker),
    }[lane]
    process = zoo.start(
        *("run", "--kernels", "endless", "--variants", variant, "--sizes", "16", "--out", out),
        *arguments,
        environment=environment,
    )
    with started(process):
        yield Pair(process, wait_for_endless_worker(process, executable))


@pytest.fixture(scope="module")
def native(zoo: Program, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    with endless_run(zoo, "native", tmp_path_factory.mktemp("native") / "out") as pair:
        yield pair


@pytest.fixture(scope="module")
def python(zoo: Program, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    with endless_run(zoo, "python", tmp_path_factory.mktemp("python") / "out") as pair:
        yield pair


def python_files(pid: int) -> list[str]:
    """What a process has mapped that has to do with Python."""
    names = [path.name for path in mapped_files(pid)]
    assert names, f"process {pid} has mapped nothing"
    return [name for name in names if "python" in name or name.endswith(".pyc")]


def environment_of(pid: int) -> dict[str, str]:
    entries = read_proc(pid, "environ").split("\0")
    return dict(entry.split("=", 1) for entry in entries if "=" in entry)


def test_a_native_worker_has_no_python_mapped(native: Pair) -> None:
    assert python_files(native.worker) == []


def test_the_program_has_no_python_mapped(native: Pair, python: Pair) -> None:
    assert python_files(native.parent.pid) == []
    assert python_files(python.parent.pid) == []


def test_a_python_worker_embeds_the_interpreter_without_a_shared_library(python: Pair) -> None:
    mapped = python_files(python.worker)
    assert executable_of(python.worker).name in mapped
    assert not [name for name in mapped if name.startswith("libpython")]


def test_workers_are_executed_afresh(native: Pair, python: Pair, zoo: Program) -> None:
    assert executable_of(native.worker) == zoo.path
    assert executable_of(python.worker) == zoo.python_worker
    for pair in (native, python):
        assert read_proc(pair.worker, "cmdline").split("\0")[1] == "--gapmeter-worker"


@pytest.mark.parametrize("lane", ["native", "python"])
def test_a_worker_is_pinned_to_the_last_processor(
    lane: str, request: pytest.FixtureRequest
) -> None:
    pair: Pair = request.getfixturevalue(lane)
    last = max(os.sched_getaffinity(0))
    assert status_field(pair.worker, "Cpus_allowed_list") == str(last)
    assert os.sched_getaffinity(pair.parent.pid) == os.sched_getaffinity(0)


def test_the_processor_can_be_chosen(zoo: Program, out: Path) -> None:
    first = str(min(os.sched_getaffinity(0)))
    with endless_run(zoo, "native", out, "--pin", first) as pair:
        assert status_field(pair.worker, "Cpus_allowed_list") == first


@pytest.mark.parametrize("lane", ["native", "python"])
def test_a_worker_holds_its_own_descriptors_alone(
    lane: str, request: pytest.FixtureRequest
) -> None:
    pair: Pair = request.getfixturevalue(lane)
    directory = Path(f"/proc/{pair.worker}/fd")
    targets = {int(entry.name): os.readlink(entry) for entry in directory.iterdir()}
    assert set(targets) == {0, 1, 2, 3, 4}, targets
    assert targets[0] == "/dev/null"
    assert targets[1] == targets[2] and all(targets[fd].startswith("pipe:") for fd in (1, 3, 4))
    assert len({targets[1], targets[3], targets[4]}) == 3, "the answer's pipe is private"


def test_both_lanes_run_under_the_same_conditions(native: Pair, python: Pair) -> None:
    one_thread = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
    environments = [environment_of(pair.worker) for pair in (native, python)]
    assert environments[0] == environments[1]
    assert one_thread.items() <= environments[0].items()


def test_malloc_of_workers_is_that_of_any_process_by_default(native: Pair) -> None:
    parent, worker = (environment_of(pid) for pid in (native.parent.pid, native.worker))
    assert worker.get("GLIBC_TUNABLES") == parent.get("GLIBC_TUNABLES")
    assert status_field(native.worker, "THP_enabled") == "1"


@pytest.mark.parametrize("lane", ["native", "python"])
def test_a_worker_has_a_process_group_of_its_own(lane: str, request: pytest.FixtureRequest) -> None:
    pair: Pair = request.getfixturevalue(lane)
    assert os.getpgid(pair.worker) == pair.worker


@pytest.mark.parametrize("lane", ["native", "python"])
def test_a_worker_does_not_outlive_a_killed_program(zoo: Program, lane: str, out: Path) -> None:
    with endless_run(zoo, lane, out) as pair:
        pair.parent.send_signal(signal.SIGKILL)
        pair.parent.wait()
        wait_for("the worker to end", lambda: not is_running(pair.worker))


@pytest.mark.parametrize(
    ("lane", "mode", "tunables", "thp"),
    [
        ("native", "never", "glibc.malloc.top_pad=0", "0"),
        ("python", "malloc", "glibc.malloc.top_pad=0:glibc.malloc.hugetlb=1", "1"),
    ],
)
def test_what_the_user_sets_for_malloc_reaches_the_workers_and_is_recorded(
    zoo: Program, out: Path, lane: str, mode: str, tunables: str, thp: str
) -> None:
    users = {"GLIBC_TUNABLES": "glibc.malloc.top_pad=0", "MALLOC_TRIM_THRESHOLD_": "200000"}
    wanted = users | {"GLIBC_TUNABLES": tunables}
    with endless_run(zoo, lane, out, "--huge-pages", mode, environment=users) as pair:
        # glibc reads its settings in place and puts an end where a colon was.
        told = read_proc(pair.worker, "environ").replace("\0", ":")
        assert all(f":{name}={value}:" in told for name, value in wanted.items()), told
        assert status_field(pair.worker, "THP_enabled") == thp
    facts = Results(out).facts
    assert facts["huge_pages"] == mode
    assert wanted.items() <= facts["worker_environment"].items()


@pytest.mark.parametrize("command", ["verify", "ab"])
def test_workers_of_other_commands_have_the_chosen_huge_pages_too(
    zoo: Program, command: str
) -> None:
    builds = [zoo.path, zoo.path] if command == "ab" else []
    process = zoo.start(
        *(command, *builds, "--kernels", "endless", "--variants", "native/loops", "--sizes", "16"),
        *("--huge-pages", "never"),
    )
    with started(process):
        worker = wait_for_endless_worker(process, zoo.path)
        assert status_field(worker, "THP_enabled") == "0"
