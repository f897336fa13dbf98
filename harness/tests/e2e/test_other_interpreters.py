"""--interpreter with PyPy, old CPythons and CPython without the GIL, where the machine has them."""

from __future__ import annotations

import glob
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from support import BRIEF, Program, Run

# Where version managers and our own builds put interpreters.
PLACES = ("~/.pyenv/versions/{}*/bin/python", "/opt/gapmeter-pythons/{}*/bin/python3")
TIME = ("--quick", "--rounds", "1", "--sizes", "16")


def interpreter(version: str) -> str:
    """The newest CPython of a version that is installed; the test is skipped without one."""
    patterns = [os.path.expanduser(place.format(version)) for place in PLACES]
    found = [path for pattern in patterns for path in glob.glob(pattern)]
    on_path = shutil.which(f"python{version}")
    if not found and not on_path:
        pytest.skip(f"there is no Python {version}")
    return sorted(found)[-1] if found else str(on_path)


@pytest.fixture(scope="module")
def pypy() -> str:
    found = shutil.which("pypy3")
    if not found:
        pytest.skip("there is no PyPy (Debian: pypy3)")
    return found


@pytest.fixture(scope="module")
def free_threaded() -> str:
    return interpreter("3.13t")


def measured(program: Program, out: Path, kernels: str, which: str, *options: str) -> Run:
    run = program.measure(out, *TIME, "--kernels", kernels, "--interpreter", which, *options)
    assert run.process.returncode == 0, run.process.stdout + run.process.stderr
    return run


def test_each_is_called_what_it_is(zoo: Program, out: Path, pypy: str, free_threaded: str) -> None:
    run = measured(
        zoo, out, "interpreter", f"{pypy},{free_threaded},mine={pypy}", "--variants", "right"
    )
    ask = "import sys; print(*sys.version_info[:2], sep='.')"
    version = subprocess.check_output([pypy, "-c", ask]).decode().strip()
    labels = {row["variant"].partition("/")[0] for row in run.summary}
    assert labels == {"native", "python", "python@3.13t", f"python@pypy{version}", "python@mine"}
    assert {row["verified"] for row in run.summary} == {"true"}
    engines = run.facts["further_engines"]
    assert {engines[label]["engine"] for label in ("mine", "3.13t")} == {"portable", "stock"}
    assert engines["3.13t"]["gil"] is False
    digests = {row["input_digest"] for row in run.summary}
    assert len(digests) == 1


def test_pypy_is_right_and_says_what_it_cannot_tell(zoo: Program, out: Path, pypy: str) -> None:
    names = ("right", "insists", "typed_array")
    run = measured(
        zoo, out, "ordinary,inplace", pypy,
        "--variants", ",".join(["native/right", *(f"python/{name}" for name in names)]),
    )
    python = [row for row in run.summary if row["lane"] == "python"]
    assert {row["variant"].partition("/")[2] for row in python} == set(names)
    assert {row["verified"] for row in python} == {"true"}
    assert all(row["gc_collections_0"] == "" for row in python)
    assert any("gc.callbacks" in text for text in run.facts["python"]["missing"])


def test_pypy_is_in_utf_8_whatever_the_locale(zoo: Program, tmp_path: Path, pypy: str) -> None:
    run = zoo.measure(
        tmp_path / "größe", *TIME, "--kernels", "interpreter", "--variants", "report",
        "--interpreter", pypy, environment={"LC_ALL": "C"},
    )
    assert run.process.returncode == 0, run.process.stderr
    assert "größer\n" in run.log and "read ß\n" in run.log


def test_how_long_pypy_warmed_up_is_told(zoo: Program, out: Path, pypy: str) -> None:
    run = measured(zoo, out, "interpreter", pypy, "--variants", "python/right")
    metrics = (run.dir / "metrics.csv").read_text(encoding="utf-8")
    assert "python/right" in metrics and "warm_up_s" in metrics


def test_a_package_that_pypy_cannot_import_is_skipped_in_one_line(
    gapmeter: Program, out: Path, pypy: str
) -> None:
    run = measured(gapmeter, out, "sum", pypy, "--variants", "builtin,numpy")
    row = run.cell("sum", "python/numpy", 16)
    assert row["status"] == "skipped"
    assert row["reason"].startswith("needs the package numpy: ")
    assert len(row["reason"]) < 150


def test_failures_in_pypy_have_their_rows(zoo: Program, out: Path, pypy: str) -> None:
    variants = "native/right,raises,sys_exit,os_exit,missing_package"
    run = zoo.measure(
        out, *TIME, "--kernels", "failing", "--variants", variants, "--interpreter", pypy
    )
    statuses = {row["variant"].partition("/")[2]: row["status"] for row in run.summary}
    assert statuses == {
        "right": "ok", "raises": "error", "sys_exit": "error", "os_exit": "crashed",
        "missing_package": "skipped",
    }


def test_memory_is_that_of_the_interpreter(gapmeter: Program, out: Path, pypy: str) -> None:
    run = gapmeter.measure(
        out, *BRIEF, "--kernels", "sum", "--sizes", "1Mi", "--variants", "builtin",
        "--interpreter", pypy,
    )
    row = run.cell("sum", "python/builtin", 2**20)
    # A list of floats: PyPy keeps them unboxed, at 8 bytes each.
    assert int(row["rss_input_bytes"]) >= 6 * 2**20
    assert int(row["rss_baseline_bytes"]) > 20 * 2**20


def test_python_3_8_is_timed_by_a_loop_in_python(zoo: Program, out: Path) -> None:
    run = measured(zoo, out, "interpreter", interpreter("3.8"))
    assert run.facts["python"]["engine"] == "portable"
    assert "before Python 3.9" in run.process.stderr


def test_without_the_gil_threads_add_speed_or_not_but_c24_is_decided(
    gapmeter: Program, out: Path, free_threaded: str
) -> None:
    run = gapmeter.measure(
        out, *BRIEF, "--kernels", "parallel_sum", "--variants", "threads,scoped_threads",
        "--threads", "1,2", "--sizes", "64Ki", "--interpreter", free_threaded,
    )
    metrics = (run.dir / "metrics.csv").read_text(encoding="utf-8").splitlines()
    assert any("gil_enabled" in line for line in metrics)
    assert gapmeter("claims", run.dir).returncode in (0, 3)
