"""Suites: a user's own kernels in a directory outside the tree, from `new` to `ab`.

Each suite is built once for all tests of it; every mistake on the way ends in a sentence that says
what to do.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from support import (
    BRIEF,
    FULL,
    PATIENCE_S,
    Program,
    Run,
    assert_rejected,
    interrupt,
    not_under,
    read_proc,
    running_pids,
    started,
    wait_for,
    wait_for_rows,
)

pytestmark = not_under("address", "thread", because="a program would be built that is without it")

GENERATOR = "sum(value * value for value in x)"


@dataclass(frozen=True)
class Suites:
    """A gapmeter that builds suites in a cache directory of its own."""

    program: Program
    cache: Path

    @property
    def environment(self) -> dict[str, str]:
        return {"XDG_CACHE_HOME": str(self.cache)}

    def __call__(self, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
        return self.program(*arguments, environment=self.environment)

    def start(self, *arguments: str | Path) -> subprocess.Popen[str]:
        return self.program.start(*arguments, environment=self.environment)


@pytest.fixture(scope="module")
def suites(gapmeter: Program, tmp_path_factory: pytest.TempPathFactory) -> Suites:
    return Suites(gapmeter, tmp_path_factory.mktemp("cache"))


def git(directory: Path, *arguments: str) -> str:
    identity = ("-c", "user.name=gapmeter", "-c", "user.email=gapmeter@localhost")
    process = subprocess.run(
        ["git", "-C", directory, *identity, *arguments], check=True, capture_output=True, text=True
    )
    return process.stdout.strip()


@pytest.fixture(scope="module")
def suite(suites: Suites, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What `new` makes, committed."""
    directory = tmp_path_factory.mktemp("home") / "my suite"
    process = suites("new", directory)
    assert (process.returncode, process.stderr) == (0, "")
    assert process.stdout.splitlines()[-1] == f"Next: gapmeter run --suite '{directory}' --quick"
    git(directory, "init", "--quiet")
    git(directory, "add", "--all")
    git(directory, "commit", "--quiet", "--message", "The suite")
    return directory


@dataclass(frozen=True)
class Edit:
    """A change to a file of the suite that is undone after the test."""

    path: Path
    text: str

    def replace(self, old: str, new: str) -> None:
        assert old in self.text
        self.path.write_text(self.text.replace(old, new), encoding="utf-8")


@pytest.fixture
def edit(suite: Path) -> Iterator[Callable[[str], Edit]]:
    edits: list[Edit] = []

    def of(name: str) -> Edit:
        path = suite / name
        edits.append(Edit(path, path.read_text(encoding="utf-8")))
        return edits[-1]

    yield of
    for made in edits:
        made.path.write_text(made.text, encoding="utf-8")


def test_a_new_suite_has_no_problem(suites: Suites, suite: Path) -> None:
    process = suites("list", "--suite", suite, "--check")
    assert (process.returncode, process.stdout) == (0, "1 kernels, no problems\n")


def test_what_built_well_is_not_told(suites: Suites, suite: Path) -> None:
    assert suites("list", "--suite", suite).stderr == ""


def test_every_variant_of_it_is_right(suites: Suites, suite: Path) -> None:
    process = suites("verify", "--suite", suite)
    assert process.returncode == 0, process.stdout + process.stderr
    assert process.stdout.endswith(" right, 0 wrong or failed, 0 skipped\n")


@pytest.fixture(scope="module")
def run(suites: Suites, suite: Path, tmp_path_factory: pytest.TempPathFactory) -> Run:
    out = tmp_path_factory.mktemp("runs") / "run"
    return Run(out, suites("run", "--suite", suite, *BRIEF, "--out", out))


def test_a_run_of_it_ends_in_a_sentence(run: Run) -> None:
    assert run.process.returncode == 0, run.process.stderr
    assert {row["kernel"] for row in run.summary} == {"norm"}
    assert "0 failed; results in" in run.process.stdout
    assert run.process.stdout.splitlines()[-1].startswith("Next: gapmeter report ")


def test_a_run_records_the_state_of_the_suite(run: Run, suite: Path) -> None:
    assert run.facts["suite"] == {
        "name": "my suite",
        "directory": str(suite),
        "git_revision": git(suite, "rev-parse", "HEAD"),
        "clean": True,
    }


def test_a_report_of_it_has_no_claims(run: Run, suites: Suites) -> None:
    process = suites("report", run.dir)
    assert process.returncode == 0, process.stderr
    assert "not measured here" not in (run.dir / "report.html").read_text(encoding="utf-8")
    assert suites("claims", run.dir).stdout == "The kernels of this run serve no claim.\n"


@pytest.mark.skipif(not FULL, reason="ten seconds: test.sh --full")
def test_doctor_measures_the_suites_own_kernels_and_tells_its_build(
    suites: Suites, suite: Path
) -> None:
    process = suites("doctor", "--suite", suite)
    assert process.returncode in (0, 3), process.stderr
    assert " norm native/" in process.stdout and " norm python/" in process.stdout
    assert "built as Release" in process.stdout


def test_a_run_of_it_is_resumed_with_its_kernels(run: Run, suites: Suites) -> None:
    process = suites("run", "--resume", run.dir)
    assert process.returncode == 0, process.stderr
    assert "norm" in process.stdout


def test_a_run_of_it_is_reproduced_only_with_its_kernels(
    run: Run, suites: Suites, suite: Path, tmp_path: Path
) -> None:
    assert_rejected(suites("reproduce", run.dir), "the suite my suite", "--suite")
    again = ("reproduce", run.dir, "--suite", suite, *BRIEF, "--out", tmp_path / "again")
    assert suites(*again).returncode in (0, 1, 3)


def test_changes_are_compared_with_the_last_commit(
    suites: Suites, suite: Path, edit: Callable[[str], Edit]
) -> None:
    edit("python_baselines/norm.py").replace(GENERATOR, f"{GENERATOR} + 0 * sum(x) + 0 * sum(x)")
    arguments = ("--variants", "generator", "--sizes", "64Ki", "--budget", "10s")
    process = suites("ab", "--suite", suite, *arguments)
    assert process.returncode in (1, 3), process.stdout + process.stderr
    assert "python/generator" in process.stdout


def test_an_output_that_differs_is_a_mismatch(
    suites: Suites, suite: Path, edit: Callable[[str], Edit]
) -> None:
    edit("python_baselines/norm.py").replace(GENERATOR, f"2 * {GENERATOR}")
    process = suites("verify", "--suite", suite, "--sizes", "16")
    assert process.returncode == 1
    assert "norm python/generator n=16: mismatch: " in process.stdout


def test_a_compile_error_shows_the_line_and_the_file(
    suites: Suites, suite: Path, edit: Callable[[str], Edit]
) -> None:
    edit("kernels/norm.cpp").replace("return std::sqrt(total);", "return std::sqrt(totl);")
    process = suites("run", "--suite", suite)
    assert (process.returncode, process.stdout) == (2, "")
    assert f"{suite} can't be built:" in process.stderr
    assert f"{suite}/kernels/norm.cpp:" in process.stderr
    assert "totl" in process.stderr
    assert "FAILED" not in process.stderr, "how Ninja called the compiler"


def test_code_that_changes_while_it_is_measured_is_warned_of(
    suites: Suites, suite: Path, edit: Callable[[str], Edit], out: Path
) -> None:
    module = edit("python_baselines/norm.py")
    process = suites.start("run", "--suite", suite, *BRIEF, "--out", out)
    with started(process):
        wait_for_rows(out, 1)
        module.replace(GENERATOR, f"{GENERATOR} * 1")
        _, stderr = process.communicate(timeout=PATIENCE_S)
    assert "code was changed while it was measured" in stderr


def test_a_run_does_not_go_on_with_another_program_of_its_python_side(
    suites: Suites, suite: Path, out: Path
) -> None:
    suites("run", "--suite", suite, *BRIEF, "--out", out)
    programs = suite / "python_baselines" / "programs"
    programs.mkdir()
    try:
        (programs / "started.py").write_text("")
        process = suites("run", "--resume", out)
    finally:
        shutil.rmtree(programs)
    assert_rejected(process, "can't go on", "python_source")


def test_an_orphan_is_a_problem_on_either_side(suites: Suites, suite: Path) -> None:
    module = suite / "python_baselines" / "alone.py"
    module.write_text("from gapmeter import variant\n\n\n@variant\ndef loop():\n    return 0.0\n")
    try:
        process = suites("list", "--suite", suite, "--check")
    finally:
        module.unlink()
    assert process.returncode == 1
    assert process.stdout == (
        "alone: alone.py has no alone.cpp in this build, or that has no GAPMETER_KERNEL() { … }\n"
    )
    (suite / "python_baselines" / "norm.py").rename(module)
    (suite / "python_baselines" / "other.py").write_text("")
    try:
        process = suites("list", "--suite", suite, "--check")
    finally:
        module.rename(suite / "python_baselines" / "norm.py")
        (suite / "python_baselines" / "other.py").unlink()
    assert process.returncode == 2
    assert "norm.py" in process.stderr


def test_new_overwrites_nothing(suites: Suites, suite: Path) -> None:
    assert_rejected(suites("new", suite), "is there already")


def test_a_language_that_the_project_lacks_is_named(
    suites: Suites, suite: Path, tmp_path: Path
) -> None:
    shutil.copytree(suite, tmp_path / "mine", ignore=shutil.ignore_patterns(".git"))
    (tmp_path / "mine" / "kernels" / "solver.f90").write_text("end\n")
    process = suites("run", "--suite", tmp_path / "mine")
    assert process.returncode == 2
    assert "LANGUAGES CXX Fortran" in " ".join(process.stderr.split())


def test_a_missing_directory_is_named(suites: Suites) -> None:
    assert_rejected(suites("run", "--suite", "nowhere"), "nowhere", "gapmeter new nowhere")


def test_a_suite_without_kernels_is_refused(suites: Suites, tmp_path: Path) -> None:
    assert_rejected(suites("run", "--suite", tmp_path), "GAPMETER_KERNEL()", "gapmeter new")


def test_a_suite_without_a_python_side_is_refused(
    suites: Suites, suite: Path, tmp_path: Path
) -> None:
    shutil.copytree(suite / "kernels", tmp_path / "kernels")
    assert_rejected(suites("run", "--suite", tmp_path), "norm.py", "python_baselines/norm.py")


def test_two_directories_of_kernels_are_refused(
    suites: Suites, suite: Path, tmp_path: Path
) -> None:
    for name in ("mine", "yours"):
        shutil.copytree(suite / "kernels", tmp_path / name)
    assert_rejected(suites("run", "--suite", tmp_path), "mine", "yours", "CMakeLists.txt")


def test_a_project_that_makes_no_program_is_told_how(suites: Suites, tmp_path: Path) -> None:
    (tmp_path / "CMakeLists.txt").write_text(
        "cmake_minimum_required(VERSION 3.25)\nproject(mine LANGUAGES C CXX)\n"
    )
    assert_rejected(suites("run", "--suite", tmp_path), "gapmeter_program(NAME")


def test_a_project_without_kernels_is_told_so(suites: Suites, tmp_path: Path) -> None:
    (tmp_path / "CMakeLists.txt").write_text(
        "cmake_minimum_required(VERSION 3.25)\n"
        "project(mine LANGUAGES C CXX)\n"
        "find_package(gapmeter REQUIRED)\n"
        "gapmeter_program(mine KERNELS_DIR empty PYTHON_DIR empty)\n"
    )
    process = suites("list", "--suite", tmp_path)
    assert process.returncode == 2
    assert "KERNELS_DIR ('empty') is no directory" in process.stderr
    (tmp_path / "empty").mkdir()
    assert_rejected(suites("list", "--suite", tmp_path), "GAPMETER_KERNEL()")


def test_a_state_that_git_does_not_know_is_refused(
    suites: Suites, suite: Path, tmp_path: Path
) -> None:
    assert_rejected(suites("ab", "--suite", f"{suite}@v9"), "git knows no revision 'v9'")
    suites("new", tmp_path / "other")
    assert_rejected(suites("ab", "--suite", tmp_path / "other"), "--suite OLD --suite NEW")


def test_ab_says_what_it_compares(suites: Suites) -> None:
    assert_rejected(suites("ab"), "--suite DIR")
    assert_rejected(suites("ab", "one"), "--suite DIR")
    assert_rejected(suites("ab", "one", "two", "--suite", "three"), "leave out one")


# Fortran is tried where there is a compiler for it.
FORTRAN = shutil.which("gfortran")
PROJECT = f"""\
cmake_minimum_required(VERSION 3.25)
project(mine LANGUAGES C CXX {"Fortran" if FORTRAN else ""})
find_package(gapmeter REQUIRED)
gapmeter_program(mine KERNELS_DIR src PYTHON_DIR src)
add_library(quarter STATIC lib/quarter.c)
target_link_libraries(mine_kernels PUBLIC quarter)
target_compile_options(mine_kernels PRIVATE -fno-math-errno)
"""
KERNEL = """\
#include "harness/kernel/kernel.h"

extern "C" double half(double);
extern "C" double quarter(double);

namespace {
double native_half(double x) { return half(x) + quarter(x) - quarter(x); }
}  // namespace

GAPMETER_KERNEL() {
  using namespace gapmeter;
  return {.title = "Half of a number",
          .claims = {"C99"},
          .sizes = "1",
          .inputs = {input<double>("x", uniform{-1, 1}, scalar)},
          .outputs = {output<double>("half", Tolerance{}, scalar)},
          .cost = [](std::size_t) { return Cost{.items = 1}; },
          .reference = "c",
          .baseline = "helped",
          .native = {native<native_half>("c")}};
}
"""
IN_FORTRAN = """\
function half_in_fortran(x) bind(c) result(half)
  use iso_c_binding, only: c_double
  real(c_double), value :: x
  real(c_double) :: half
  half = x / 2
end function
"""
MODULE = """\
import helper
from gapmeter import variant


@variant
def helped(x):
    return helper.half(x)
"""


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A suite with a project of its own: a library, options, C beside C++, a helper in Python."""
    directory = tmp_path_factory.mktemp("project")
    files = {
        "CMakeLists.txt": PROJECT,
        "src/half.cpp": KERNEL,
        "src/half_in_c.c": "double half(double x) { return x / 2; }\n",
        "src/half.py": MODULE,
        "src/helper.py": "def half(x):\n    return x / 2\n",
        "lib/quarter.c": "double quarter(double x) { return x / 4; }\n",
    }
    if FORTRAN:
        files["src/half_in_fortran.f90"] = IN_FORTRAN
        files["src/half.cpp"] = KERNEL.replace(
            'extern "C" double half(double);',
            'extern "C" double half(double);\nextern "C" double half_in_fortran(double);',
        ).replace('{native<native_half>("c")}',
                  '{native<native_half>("c"), native<half_in_fortran>("fortran")}')
    for name, text in files.items():
        (directory / name).parent.mkdir(exist_ok=True)
        (directory / name).write_text(text, encoding="utf-8")
    return directory


# Before any other test of this suite, which build it then.
def test_control_c_in_a_build_leaves_nothing_behind(suites: Suites, project: Path) -> None:
    def at_work() -> list[int]:
        return [pid for pid in running_pids() if str(project) in read_proc(pid, "cmdline")]

    with started(suites.start("list", "--suite", project)) as process:
        wait_for("a compiler", lambda: [
            pid for pid in at_work() if "half.cpp" in read_proc(pid, "cmdline")
        ])
        interrupt(process)
        assert process.communicate(timeout=PATIENCE_S) == ("", "")
    assert process.returncode == 130
    assert at_work() == []
    process_again = suites("list", "--suite", project)
    assert process_again.returncode == 0, process_again.stderr
    assert "native/c" in process_again.stdout


@pytest.mark.skipif(not FORTRAN, reason="there is no gfortran")
def test_fortran_is_a_source_like_others(suites: Suites, project: Path) -> None:
    process = suites("verify", "--suite", project, "--variants", "native/fortran")
    assert process.returncode == 0, process.stdout + process.stderr
    assert process.stdout.startswith("1 right, 0 wrong")


def test_a_suite_may_have_a_project_of_its_own(suites: Suites, project: Path) -> None:
    process = suites("verify", "--suite", project)
    assert process.returncode == 0, process.stdout + process.stderr


def test_an_unknown_claim_is_a_problem_and_a_helper_is_none(
    suites: Suites, project: Path
) -> None:
    process = suites("list", "--suite", project, "--check")
    assert process.returncode == 1, process.stderr
    (problem,) = process.stdout.splitlines()
    assert problem.startswith("half: there is no claim 'C99'")


def test_the_options_of_its_kernels_are_recorded(
    suites: Suites, project: Path, out: Path
) -> None:
    run = Run(out, suites("run", "--suite", project, *BRIEF, "--out", out))
    assert run.process.returncode == 0, run.process.stderr
    assert "-fno-math-errno" in run.facts["build"]["flags"].split()
    assert "git_revision" not in run.facts["suite"]


def test_without_cargo_a_suite_skips_its_rust_variants_and_says_why(
    suites: Suites, tmp_path: Path, out: Path
) -> None:
    directory = tmp_path / "mixed"
    assert suites("new", "--rust", directory).returncode == 0
    assert suites("new", tmp_path / "plain").returncode == 0
    shutil.copy(tmp_path / "plain" / "kernels" / "norm.cpp", directory / "kernels")
    (directory / "CMakeLists.txt").write_text(
        "cmake_minimum_required(VERSION 3.25)\n"
        "project(mixed LANGUAGES C CXX)\n"
        "set(GAPMETER_CARGO OFF)\n"
        "find_package(gapmeter REQUIRED)\n"
        "gapmeter_program(mixed KERNELS_DIR kernels PYTHON_DIR python_baselines)\n"
    )
    run = Run(out, suites("run", "--suite", directory, *BRIEF, "--sizes", "16", "--out", out))
    assert run.process.returncode == 0, run.process.stderr
    rust = run.cell("norm", "rust/iterator", 16)
    assert rust["status"] == "skipped"
    assert rust["reason"].startswith("built without cargo 1.85 or newer; install it")
    assert run.cell("norm", "python/generator", 16)["reference"].startswith("native/")
    assert "skipped: rust/iterator, rust/chunks (built without cargo" in run.process.stdout
