"""What is written can be read: every kind of row that `run` can write, by every reader."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from support import Program

sys.path.insert(0, str(Path(__file__).resolve().parents[3] / "scripts"))

from gapmeter_report.loading.run import load  # noqa: E402

SEEDS = range(6)


def written(seed: int, directory: Path) -> Path:
    """A run with rows of every kind."""
    subprocess.run([os.environ["GAPMETER_EVERY_ROW"], str(seed), directory], check=True)
    return directory


@pytest.mark.parametrize("seed", SEEDS)
def test_the_program_and_the_package_read_it(gapmeter: Program, tmp_path: Path, seed: int) -> None:
    run = written(seed, tmp_path / "run")
    loaded = load(run)
    assert len(loaded.rounds) > len(loaded.summary) > 0
    summary = (run / "summary.csv").read_bytes()
    assert gapmeter("summarize", run).stderr == ""
    assert (run / "summary.csv").read_bytes() == summary, "of the rows alone"


@pytest.mark.parametrize("arguments", [
    ("claims",), ("claims", "--format", "json"), ("compare",), ("compare", "--by", "gap"),
    ("report",),
])
def test_every_command_reads_it(
    gapmeter: Program, tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    run = written(1, tmp_path / "run")
    command, *options = arguments
    runs = [run, written(2, tmp_path / "other")] if command == "compare" else [run]
    process = gapmeter(command, *runs, *options)
    assert process.returncode in (0, 1, 3), process.stderr  # 2: it was refused
    assert "Traceback" not in process.stderr
