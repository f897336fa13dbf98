"""What surrounds a run may be less than it needs: sandboxes, limits, clocks and files of /sys."""

from __future__ import annotations

import ctypes
import errno
import platform
import resource
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from support import BRIEF, SANITIZERS, Program, assert_rejected, in_own_mounts, not_under

ONE_CELL = (*BRIEF, "--kernels", "sum", "--variants", "native/strict", "--sizes", "1Ki")
MI = 1 << 20

# Of the two architectures on which these tests run.
SYSTEM_CALLS = {
    "x86_64": {"sched_setaffinity": 203, "setrlimit": 160, "prlimit64": 302, "pidfd_open": 434},
    "aarch64": {"sched_setaffinity": 122, "setrlimit": 164, "prlimit64": 261, "pidfd_open": 434},
}
PR_CAPBSET_DROP, CAP_SYS_RESOURCE = 24, 24


class Instruction(ctypes.Structure):
    """One of a filter, as linux/filter.h declares it."""

    _fields_ = [
        ("code", ctypes.c_uint16), ("jt", ctypes.c_uint8), ("jf", ctypes.c_uint8),
        ("k", ctypes.c_uint32),
    ]


class Filter(ctypes.Structure):
    _fields_ = [("length", ctypes.c_uint16), ("instructions", ctypes.POINTER(Instruction))]


def refusing(*names: str) -> Callable[[], None]:
    """What a process does before exec, so that these system calls fail with EPERM."""
    if platform.machine() not in SYSTEM_CALLS:
        pytest.skip(f"the numbers of system calls on {platform.machine()} are not known here")
    load, jump_if_equal, give_back = 0x20, 0x15, 0x06
    instructions = [Instruction(load, 0, 0, 0)]
    for name in names:
        number = SYSTEM_CALLS[platform.machine()][name]
        instructions += [
            Instruction(jump_if_equal, 0, 1, number),
            Instruction(give_back, 0, 0, 0x00050000 | errno.EPERM),
        ]
    instructions.append(Instruction(give_back, 0, 0, 0x7FFF0000))
    array = (Instruction * len(instructions))(*instructions)
    rules = Filter(len(instructions), array)
    libc = ctypes.CDLL(None, use_errno=True)

    def confine() -> None:
        no_new_privileges, set_seccomp, mode_filter = 38, 22, 2
        if libc.prctl(no_new_privileges, 1, 0, 0, 0) != 0:
            raise OSError(ctypes.get_errno(), "no_new_privs")
        if libc.prctl(set_seccomp, mode_filter, ctypes.byref(rules), 0, 0) != 0:
            raise OSError(ctypes.get_errno(), "seccomp")

    return confine


@not_under("address", "thread", because="the sanitizer needs what is refused")
def test_a_run_goes_on_without_what_a_sandbox_refuses(gapmeter: Program, out: Path) -> None:
    confined = refusing("sched_setaffinity", "setrlimit", "prlimit64", "pidfd_open")
    run = gapmeter.measure(out, *ONE_CELL, preexec_fn=confined)
    assert run.process.returncode == 0, run.process.stderr
    for call in ("sched_setaffinity", "setrlimit"):
        [told] = [line for line in run.process.stderr.splitlines() if f"{call} is refused" in line]
        assert "Operation not permitted" in told and "allow it" in told
    assert run.cell("sum", "native/strict", 1024)["status"] == "ok"
    assert run.facts.get("pinned_cpu") is None


def test_a_worker_that_hangs_is_ended_without_pidfd(zoo: Program, out: Path) -> None:
    run = zoo.measure(
        out, *BRIEF, "--kernels", "endless", "--variants", "native/*", "--timeout", "1s",
        preexec_fn=refusing("pidfd_open"),
    )
    assert "timeout" in {row["status"] for row in run.summary}, run.process.stderr


def test_a_processor_can_not_be_chosen_where_that_is_refused(gapmeter: Program, out: Path) -> None:
    process = gapmeter(
        *("run", *ONE_CELL, "--pin", "0", "--out", out), preexec_fn=refusing("sched_setaffinity")
    )
    assert_rejected(process, "--pin 0", "sched_setaffinity is refused here", "leave out --pin")
    assert not out.exists()


@pytest.mark.skipif(bool(SANITIZERS), reason="sanitizers reserve more address space than any limit")
def test_the_hard_limit_of_an_ordinary_user_holds(gapmeter: Program, out: Path) -> None:
    def limit() -> None:
        ctypes.CDLL(None).prctl(PR_CAPBSET_DROP, CAP_SYS_RESOURCE, 0, 0, 0)  # of root
        resource.setrlimit(resource.RLIMIT_DATA, (400 * MI, 400 * MI))

    run = gapmeter.measure(
        out, *BRIEF, "--kernels", "growth", "--variants", "native/presized",
        *("--sizes", "4Ki,64Mi", "--mem-limit", "2Gi"), preexec_fn=limit,
    )
    assert run.process.returncode == 0, run.process.stderr
    assert run.cell("growth", "native/presized", 4096)["status"] == "ok"
    larger = run.cell("growth", "native/presized", 64 * MI)
    assert larger["reason"] == "would need about 1024 MiB, the limit is 400 (--mem-limit)"


# A C library's clock in front of the real one.
CLOCK = """
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

int clock_gettime(clockid_t id, struct timespec* now) {
  static long readings, back_ns;
  const int result = (int)syscall(SYS_clock_gettime, id, now);
  if (id != CLOCK_MONOTONIC) return result;
  %s
  return result;
}
"""
COARSE = "(void)readings, (void)back_ns; now->tv_nsec -= now->tv_nsec % 1000000;"
# So seldom that who reads it again and again still sees it go forward.
GOES_BACK = """
  if (++readings % 131 == 0) back_ns += 60000;
  now->tv_nsec -= back_ns % 1000000000;
  now->tv_sec -= back_ns / 1000000000;
  if (now->tv_nsec < 0) now->tv_nsec += 1000000000, --now->tv_sec;
"""


def clock_that(does: str, directory: Path) -> dict[str, str]:
    """The environment of a process under such a clock."""
    compiler = shutil.which("cc")
    if compiler is None or SANITIZERS:
        pytest.skip("no C compiler" if compiler is None else "sanitizers come first themselves")
    library = directory / "clock.so"
    (directory / "clock.c").write_text(CLOCK % does, encoding="utf-8")
    subprocess.run(
        [compiler, "-shared", "-fPIC", "-O2", "-o", library, directory / "clock.c"], check=True
    )
    return {"LD_PRELOAD": str(library)}


def test_under_a_coarse_clock_batches_are_longer(
    gapmeter: Program, out: Path, tmp_path: Path
) -> None:
    run = gapmeter.measure(out, *ONE_CELL, environment=clock_that(COARSE, tmp_path))
    assert run.process.returncode == 0, run.process.stderr
    assert "the clock moves in steps of 1.00 ms: batches are 100 ms long" in run.process.stderr
    assert run.facts["machine"]["clock_step_ns"] == 1_000_000
    [timed] = [row for row in run.rounds if row["pass"] == "time"]
    assert int(timed["calls_per_batch"]) * float(timed["batch_p50_ns"]) > 50e6
    assert float(run.cell("sum", "native/strict", 1024)["latency_ns"]) > 0
    assert gapmeter("plot", out, "--format", "svg").returncode == 0
    assert gapmeter("compare", out, out).returncode in (0, 3)


def test_batches_in_which_the_clock_goes_back_do_not_count(
    gapmeter: Program, out: Path, tmp_path: Path
) -> None:
    run = gapmeter.measure(out, *ONE_CELL, environment=clock_that(GOES_BACK, tmp_path))
    assert run.process.returncode == 0, run.process.stderr
    row = run.cell("sum", "native/strict", 1024)
    assert row["status"] == "ok"
    assert int(row["dropped_batches"]) >= 1
    assert float(row["batch_min_ns"]) > 0
    assert gapmeter("summarize", out).returncode == 0


def test_caches_that_are_described_by_half_end_no_worker(gapmeter: Program, out: Path) -> None:
    caches = Path("/sys/devices/system/cpu/cpu0/cache")
    if not (caches / "index0/size").exists():
        pytest.skip("this system describes no caches, so that none can be covered")
    process = in_own_mounts(
        'mount --bind /dev/null "$1/index0/size" && shift && exec "$@"',
        *(caches, gapmeter.path, "run", *ONE_CELL, "--out", out),
    )
    assert process.returncode == 0, process.stderr
