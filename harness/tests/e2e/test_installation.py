"""What `cmake --install` writes: a program that can be moved, and the package for suites."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from support import BRIEF, Program, Run, not_under

pytestmark = not_under("address", "thread", because="a program would be built that is without it")


@pytest.fixture(scope="module")
def prefix(gapmeter: Program, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An installation, moved after it was written."""
    first = tmp_path_factory.mktemp("installed") / "first"
    command = ["cmake", "--install", gapmeter.path.parent, "--prefix", first]
    subprocess.run(command, check=True, capture_output=True)
    return first.rename(first.with_name("moved"))


@pytest.fixture(scope="module")
def installed(prefix: Path, tmp_path_factory: pytest.TempPathFactory) -> Program:
    return Program(prefix / "bin" / "gapmeter", tmp_path_factory.mktemp("working_dir"))


def test_no_binary_names_the_source_tree_or_the_build_tree(
    prefix: Path, gapmeter: Program, source_dir: Path
) -> None:
    trees = {os.fsencode(gapmeter.path.parent), os.fsencode(source_dir)}
    files = [path for path in prefix.rglob("*") if path.is_file()]
    assert len(files) > 100
    named = {
        path.relative_to(prefix).as_posix()
        for path in files
        for tree in trees
        if tree in path.read_bytes()
    }
    assert named == set()


def test_its_own_kernels_are_measured(installed: Program, out: Path) -> None:
    run = installed.measure(out, "--kernels", "empty,tree_ensemble,cold_start", *BRIEF)
    assert run.process.returncode == 0, run.process.stdout + run.process.stderr
    assert installed("report", out).returncode == 0


def test_it_builds_and_measures_a_suite(installed: Program, tmp_path: Path) -> None:
    suite, out = tmp_path / "suite", tmp_path / "out"
    cache = {"XDG_CACHE_HOME": str(tmp_path / "cache")}
    assert installed("new", suite).returncode == 0
    run = Run(out, installed("run", "--suite", suite, *BRIEF, "--out", out, environment=cache))
    assert run.process.returncode == 0, run.process.stderr
    assert {row["kernel"] for row in run.summary} == {"norm"}


@pytest.mark.skipif(not os.environ["GAPMETER_CARGO"], reason="built without Rust")
def test_it_builds_a_suite_in_rust_without_a_registry(installed: Program, tmp_path: Path) -> None:
    suite = tmp_path / "a suite"
    nowhere = {
        "XDG_CACHE_HOME": str(tmp_path / "cache"),
        "CARGO_HOME": str(tmp_path / "cargo"),
        "CARGO_NET_OFFLINE": "true",
    }
    assert installed("new", "--rust", suite).returncode == 0
    verified = installed("verify", "--suite", suite, environment=nowhere)
    assert verified.returncode == 0, verified.stderr
    listed = installed("list", "--suite", suite, "--format", "json", environment=nowhere)
    [kernel] = json.loads(listed.stdout)["kernels"]
    compiled = [name for name in kernel["variants"] if not name.startswith("python/")]
    assert compiled == ["rust/iterator", "rust/chunks"]


def test_another_project_makes_a_program_with_it(prefix: Path, tmp_path: Path) -> None:
    shutil.copytree(prefix / "share" / "gapmeter" / "template", tmp_path / "project")
    (tmp_path / "project" / "CMakeLists.txt").write_text(
        "cmake_minimum_required(VERSION 3.25)\n"
        "project(another LANGUAGES C CXX)\n"
        "find_package(gapmeter REQUIRED)\n"
        "gapmeter_program(another KERNELS_DIR kernels PYTHON_DIR python_baselines)\n"
    )
    build = tmp_path / "build"
    configure = ["cmake", "-S", tmp_path / "project", "-B", build, f"-DCMAKE_PREFIX_PATH={prefix}"]
    subprocess.run(configure, check=True, capture_output=True)
    subprocess.run(["cmake", "--build", build], check=True, capture_output=True)
    process = Program(build / "another", tmp_path)("verify")
    assert process.returncode == 0, process.stdout + process.stderr
