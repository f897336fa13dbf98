"""Measures cells with gapmeter and reads what it wrote.

Not a program: the programs here share it.
"""

from __future__ import annotations

import csv
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def measured(
    program: Path, kernels: str, variants: str, sizes: str, *options: str
) -> Iterator[Path]:
    """The directory of one run, which goes when the block ends."""
    with tempfile.TemporaryDirectory() as scratch:
        out = Path(scratch) / "run"
        command: list[str | Path] = [program, "run", "--kernels", kernels, "--variants", variants]
        command += ["--sizes", sizes, *options, "--out", out]
        subprocess.run(command, check=True, capture_output=True)
        yield out


def read_table(out: Path, table: str) -> list[dict[str, str]]:
    """The rows of a table of a run."""
    with open(out / table, newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def measure(
    program: Path, kernels: str, variants: str, n: int, *options: str, table: str = "summary.csv"
) -> tuple[list[dict[str, str]], float]:
    """The rows of a table of one run at one size, and how many seconds the run took."""
    started = time.monotonic()
    with measured(program, kernels, variants, str(n), *options) as out:
        seconds = time.monotonic() - started
        return read_table(out, table), seconds
