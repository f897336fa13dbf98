"""Measures cells with gapmeter and reads what it wrote.

Not a program: the programs here share it.
"""

from __future__ import annotations

import csv
import subprocess
import tempfile
import time
from pathlib import Path


def measure(
    program: Path, kernels: str, variants: str, n: int, *options: str, table: str = "summary.csv"
) -> tuple[list[dict[str, str]], float]:
    """The rows of a table of one run at one size, and how many seconds the run took."""
    with tempfile.TemporaryDirectory() as scratch:
        out = Path(scratch) / "run"
        command: list[str | Path] = [program, "run", "--kernels", kernels, "--variants", variants]
        command += ["--sizes", str(n), *options, "--out", out]
        started = time.monotonic()
        subprocess.run(command, check=True, capture_output=True)
        seconds = time.monotonic() - started
        with open(out / table, newline="", encoding="utf-8") as file:
            return list(csv.DictReader(file)), seconds
