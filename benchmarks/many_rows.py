#!/usr/bin/python3
"""How long `gapmeter summarize` and `gapmeter claims` take for 100,000 rows.

    benchmarks/many_rows.py BUILD_DIR [--rows 100000] [--tries 5]

The rows are those of results/reference, again and again at other sizes, so that every row is as
long and every cell has as many rounds as in a real run.
"""

from __future__ import annotations

import argparse
import csv
import itertools
import shutil
import statistics
import subprocess
import tempfile
import time
from pathlib import Path

REFERENCE = Path(__file__).resolve().parent.parent / "results" / "reference"


def write_rows(path: Path, wanted: int) -> None:
    """Write so many rows; the k-th copy of a cell is at an n that is larger by 3 k."""
    with (REFERENCE / "rounds.csv").open(newline="") as source:
        header, *rows = csv.reader(source)
    size = header.index("n")
    copies = (
        [*row[:size], str(int(row[size]) + 3 * copy), *row[size + 1:]]
        for copy in itertools.count() for row in rows
    )
    with path.open("w", newline="") as target:
        writer = csv.writer(target, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(itertools.islice(copies, wanted))


def seconds(command: list[str]) -> float:
    """How long the command takes from start to end."""
    started = time.monotonic()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return time.monotonic() - started


def main() -> None:
    """Print the table of docs/benchmarks.md."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("build", type=Path)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--tries", type=int, default=5)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as made:
        directory = Path(made)
        shutil.copy(REFERENCE / "run.json", directory)
        write_rows(directory / "rounds.csv", options.rows)
        megabytes = (directory / "rounds.csv").stat().st_size / 1e6
        print(f"| command | seconds for {options.rows} rows ({megabytes:.0f} MB), median (range) |")
        print("| --- | ---: |")
        for name in ("summarize", "claims"):
            command = [str(options.build / "gapmeter"), name, str(directory)]
            taken = [seconds(command) for _ in range(options.tries)]
            print(f"| `gapmeter {name}` | {statistics.median(taken):.2f} "
                  f"({min(taken):.2f} to {max(taken):.2f}) |")


if __name__ == "__main__":
    main()
