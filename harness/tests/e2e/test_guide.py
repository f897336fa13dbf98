"""docs/adding-a-kernel.md: its kernel builds and runs; followed to the letter, nothing is amiss.

To follow it means to build a copy of the working tree, which takes minutes: `test.sh --full` does.
The kernel alone is built with the other programs of the tests.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

from guide_files import commands_and_files
from support import BRIEF, FULL, Program, clean_environment, not_under

built_without_sanitizers = not_under(
    "address", "thread", because="a program would be built that is without it"
)
followed_to_the_letter = pytest.mark.skipif(not FULL, reason="builds everything: test.sh --full")

GUIDE = "docs/adding-a-kernel.md"


@dataclass(frozen=True)
class Followed:
    """The copy after the guide was followed: its new files and what each command printed."""

    root: Path
    written: list[str]
    printed: dict[str, str]


def git(root: Path, *arguments: str) -> str:
    identity = ("-c", "user.name=gapmeter", "-c", "user.email=gapmeter@localhost")
    return subprocess.run(
        ["git", "-C", root, *identity, *arguments], check=True, capture_output=True, text=True
    ).stdout


def copy_of(source_dir: Path, root: Path) -> None:
    """The files under version control as they are now, committed."""
    for name in git(source_dir, "ls-files", "-z").split("\0"):
        source, target = source_dir / name, root / name
        if name and source.is_file():
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, target)
    git(root, "init", "--quiet")
    git(root, "add", "--all")
    git(root, "commit", "--quiet", "--message", "The working tree")


def quick_to_build(directory: Path) -> dict[str, str]:
    """Makes CMake leave the optimiser out: what is tested is the guide, not the speed."""
    toolchain = directory / "toolchain.cmake"
    toolchain.write_text('set(CMAKE_CXX_FLAGS_RELEASE "-O0 -DNDEBUG" CACHE STRING "")\n')
    return {"CMAKE_TOOLCHAIN_FILE": str(toolchain)}


def run_command(root: Path, command: str) -> str:
    process = subprocess.run(
        ["sh", "-c", command],
        cwd=root,
        env=clean_environment() | quick_to_build(root.parent),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert process.returncode == 0, f"{command}\n{process.stdout}"
    return process.stdout


def test_its_kernel_has_no_problem(guide: Program) -> None:
    process = guide("list", "--check")
    assert (process.returncode, process.stdout) == (0, "1 kernels, no problems\n")


def test_every_variant_of_its_kernel_is_right(guide: Program) -> None:
    process = guide("verify")
    assert process.returncode == 0, process.stdout
    assert re.fullmatch(r"\d+ right, 0 wrong or failed, 0 skipped\n", process.stdout)


def test_its_kernel_is_measured(guide: Program, out: Path) -> None:
    run = guide.measure(out, *BRIEF)
    assert run.process.returncode == 0, run.process.stderr
    assert {row["kernel"] for row in run.summary} == {"dot"}


@pytest.fixture(scope="module")
def followed(source_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Followed:
    root = tmp_path_factory.mktemp("guide") / "gapmeter"
    root.mkdir()
    copy_of(source_dir, root)
    followed = Followed(root, [], {})
    guide = (source_dir / GUIDE).read_text(encoding="utf-8")
    for name, text in commands_and_files(guide):
        if name:
            (root / name).write_text(text, encoding="utf-8")
            followed.written.append(name)
        else:
            followed.printed[text] = run_command(root, text)
    return followed


def output_of(followed: Followed, words: str) -> str:
    """What the one command with these words printed."""
    (output,) = (text for command, text in followed.printed.items() if words in command)
    return output


@followed_to_the_letter
@built_without_sanitizers
def test_three_files_are_new_and_nothing_else_has_changed(followed: Followed) -> None:
    assert followed.written == ["kernels/dot.cpp", "python_baselines/dot.py", "kernels/dot.rs"]
    status = git(followed.root, "status", "--porcelain", "--untracked-files=all")
    assert status.splitlines() == [f"?? {name}" for name in sorted(followed.written)]


@followed_to_the_letter
@built_without_sanitizers
def test_the_pair_has_under_60_lines_and_the_rust_file_under_15(followed: Followed) -> None:
    lines = {
        name: len((followed.root / name).read_text(encoding="utf-8").splitlines())
        for name in followed.written
    }
    assert lines.pop("kernels/dot.rs") < 15
    assert sum(lines.values()) < 60


@followed_to_the_letter
@built_without_sanitizers
def test_they_compile_without_a_warning(followed: Followed) -> None:
    assert "warning" not in output_of(followed, "--build")


@followed_to_the_letter
@built_without_sanitizers
def test_the_check_finds_no_problem(followed: Followed) -> None:
    kernels = len(list((followed.root / "kernels").glob("*.cpp")))
    assert output_of(followed, "list --check") == f"{kernels} kernels, no problems\n"


@followed_to_the_letter
@built_without_sanitizers
def test_every_variant_is_right(followed: Followed) -> None:
    assert re.fullmatch(
        r"\d+ right, 0 wrong or failed, 0 skipped\n", output_of(followed, "verify")
    )


@followed_to_the_letter
@built_without_sanitizers
def test_the_run_shows_the_gaps(followed: Followed) -> None:
    output = output_of(followed, " run ")
    assert re.search(r"^dot\n.*fastest native .*python/generator\* +python/numpy$", output, re.M)
    assert "0 failed; results in results/" in output
    assert list(followed.root.glob("results/*/summary.csv"))


def test_the_guide_names_every_part_of_a_description(source_dir: Path) -> None:
    guide = (source_dir / GUIDE).read_text(encoding="utf-8")
    header = (source_dir / "harness/kernel/kernel.h").read_text(encoding="utf-8")
    (members,) = re.findall(r"^struct Kernel \{\n(.*?)^\};", header, re.MULTILINE | re.DOTALL)
    fields = re.findall(r"^  [^\s/=][^=\n]* (\w+)(?:\{\}| = .*)?;", members, re.MULTILINE)
    lines = [line for line in members.splitlines() if not line.lstrip().startswith("//")]
    assert len(fields) == len(lines)
    for field in set(fields) - {"name", "failure"}:
        assert f"| `{field}` |" in guide
    decorator = (source_dir / "harness/python/gapmeter.py").read_text(encoding="utf-8")
    (signature,) = re.findall(r"^def variant\(\n.*?\*,\n(.*?)^\)", decorator, re.M | re.S)
    for argument in re.findall(r"^    (\w+):", signature, re.MULTILINE):
        assert f"| `{argument}` |" in guide
