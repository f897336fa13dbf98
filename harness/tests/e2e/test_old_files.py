"""Directories of earlier versions are read, or refused with the reason.

data/schema_N is the `empty` kernel's part of a run that a program of that schema version wrote.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from support import Program, Results, assert_rejected

DATA = Path(__file__).parent / "data"


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """The older versions, where commands may write beside them."""
    return Path(shutil.copytree(DATA, tmp_path / "old"))


def test_there_is_a_directory_of_every_version(source_dir: Path) -> None:
    header = (source_dir / "harness/model/rows.h").read_text(encoding="utf-8")
    _, _, rest = header.partition("inline constexpr int schema_version = ")
    versions = range(1, int(rest.partition(";")[0]) + 1)
    assert {path.name for path in DATA.iterdir()} >= {f"schema_{version}" for version in versions}


@pytest.mark.parametrize(
    "command",
    [
        ["summarize"], ["claims"], ["claims", "--format", "json"], ["report"], ["plot"],
        ["reproduce"], ["run", "--resume"],
    ],
    ids=" ".join,
)
def test_version_1_is_refused_with_the_reason(
    gapmeter: Program, old: Path, command: list[str]
) -> None:
    directory = old / "schema_1"
    files = {path: path.read_bytes() for path in directory.iterdir()}
    process = gapmeter(*command, directory)
    assert_rejected(process, str(directory / "run.json"), "schema", "version", " 1,", "2 to 3")
    assert {path: path.read_bytes() for path in directory.iterdir()} == files, "left as it was"


@pytest.mark.parametrize("order", [("schema_1", "schema_2"), ("schema_2", "schema_1")])
def test_version_1_is_not_compared_with(
    gapmeter: Program, old: Path, order: tuple[str, str]
) -> None:
    process = gapmeter("compare", *(old / name for name in order))
    assert_rejected(process, str(old / "schema_1" / "run.json"), "schema version 1")


@pytest.mark.parametrize("order", [("schema_2", "schema_3"), ("schema_3", "schema_2")])
def test_versions_whose_latency_is_another_quantity_are_not_compared(
    gapmeter: Program, old: Path, order: tuple[str, str]
) -> None:
    process = gapmeter("compare", *(old / name for name in order))
    assert_rejected(process, "has schema version", "measure the older one again")


def test_version_2_has_no_word_on_the_state_of_the_machine(gapmeter: Program, old: Path) -> None:
    run = Results(old / "schema_2")
    assert "slices" not in run.rounds[0]
    assert gapmeter("summarize", run.dir).returncode == 0
    assert {row["state"] for row in run.summary} == {"unknown"}


@pytest.mark.parametrize("version", ["schema_2", "schema_3"])
def test_later_versions_are_read_without_the_columns_that_came_after_them(
    gapmeter: Program, old: Path, version: str
) -> None:
    run = Results(old / version)
    before = run.summary
    assert gapmeter("summarize", run.dir).returncode == 0
    after = run.summary
    assert [row["variant"] for row in after] == [row["variant"] for row in before]
    assert all(float(row["latency_ns"]) > 0 for row in after)
    for command in (["claims"], ["report"], ["compare", run.dir]):
        process = gapmeter(*command, run.dir)
        assert process.returncode in (0, 3), process.stderr


@pytest.mark.parametrize("version", ["4", "99", "0", "-1", '"2"', "2.0", "null"])
def test_other_versions_are_refused(gapmeter: Program, old: Path, version: str) -> None:
    file = old / "schema_2" / "run.json"
    text = file.read_text(encoding="utf-8")
    assert '"schema_version": 2' in text
    file.write_text(text.replace('"schema_version": 2', f'"schema_version": {version}'))
    assert_rejected(gapmeter("summarize", old / "schema_2"), str(file), "schema")
