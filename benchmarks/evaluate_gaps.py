#!/usr/bin/python3
"""How well the gaps of a run are known, and whether their intervals mean what they say.

    benchmarks/evaluate_gaps.py --runs DIR [DIR...]

prints, for whole runs, how narrow the intervals of their gaps are and in how many cells the two
latencies divide to the gap.

    build/release/gapmeter run --kernels sum,apply_weights --sizes 1k,64k,1M --rounds 40 --out DIR
    benchmarks/evaluate_gaps.py build/release DIR [--rounds 8]

takes some rounds of a run of many, many times over, lets `gapmeter summarize` tell the gaps of each
choice, and compares them with the gaps of all rounds. Rounds are taken at random, and also as they
followed each other: phases of the machine that last for minutes show in the second alone. Cells of
several speeds are left out and counted.
"""

from __future__ import annotations

import argparse
import csv
import datetime
import json
import shutil
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import numpy as np

csv.field_size_limit(1 << 30)

Row = dict[str, str]
Key = tuple[str, str, str]


def read(path: Path) -> list[Row]:
    """The rows of a CSV file."""
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def key_of(row: Row) -> Key:
    return row["kernel"], row["variant"], row["n"]


class Evaluation:
    """A run, and what the program makes of some of its rounds."""

    def __init__(self, program: Path, run: Path) -> None:
        self.program = program
        self.run = run
        self.rows = read(run / "rounds.csv")
        self.count = 1 + max(int(row["round"]) for row in self.rows)

    def summary(self, chosen: set[int]) -> dict[Key, Row]:
        """summary.csv of the rounds with these numbers."""
        with tempfile.TemporaryDirectory() as scratch:
            directory = Path(scratch)
            shutil.copy(self.run / "run.json", directory)
            with (directory / "rounds.csv").open("w", newline="", encoding="utf-8") as file:
                writer = csv.DictWriter(file, list(self.rows[0]), lineterminator="\n")
                writer.writeheader()
                for row in self.rows:
                    if row["pass"] != "time" or int(row["round"]) in chosen:
                        writer.writerow(row)
            subprocess.run(
                [self.program, "summarize", directory], check=True, stdout=subprocess.DEVNULL
            )
            return {key_of(row): row for row in read(directory / "summary.csv")}

    def seconds_per_cell(self, rounds: int) -> float:
        """What so many rounds of a cell took, processes and preparation included."""
        timed = [float(row["worker_s"]) for row in self.rows if row["pass"] == "time"]
        return rounds * float(np.mean(timed))


def at_random(count: int, rounds: int, times: int) -> Iterator[set[int]]:
    """So many of `count` rounds, drawn without replacement."""
    generator = np.random.default_rng(1)
    for _ in range(times):
        yield set(generator.permutation(count)[:rounds].tolist())


def in_a_row(count: int, rounds: int) -> Iterator[set[int]]:
    """Rounds that followed each other."""
    for first in range(0, count - rounds + 1, rounds):
        yield set(range(first, first + rounds))


def seconds_of(run: Path) -> float:
    """The wall time of a run."""
    facts = json.loads((run / "run.json").read_text(encoding="utf-8"))
    began, ended = (datetime.datetime.fromisoformat(facts[key].rstrip("Z"))
                    for key in ("started", "ended"))
    return (ended - began).total_seconds()


def half_width(row: Row) -> float:
    """Of the interval of a gap, over its middle."""
    low, high = float(row["gap_ci_low"]), float(row["gap_ci_high"])
    return (high - low) / (high + low)


def table_of_runs(runs: list[Path]) -> Iterator[str]:
    """A line for each run."""
    yield ("| run | seconds a cell | gaps with an interval | half-width, median | 90th percentile "
           "| known to 3 % | to 10 % | divide |")
    yield "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |"
    for run in runs:
        rows = read(run / "summary.csv")
        # key_of tells no numbers of threads apart. Servers have three rounds, whatever comes out.
        summary = {
            key_of(row): row for row in rows if row["threads"] == "1" and not row.get("requests")
        }
        measured = [row for row in rows if row["latency_ns"]]
        gaps = [row for row in summary.values() if row["gap_ci_low"] and not row.get("speeds")]
        width = np.array([half_width(row) for row in gaps])
        divided = [divides(summary, row) for row in gaps]
        yield (f"| {run} | {seconds_of(run) / len(measured):.1f} | {len(gaps)} "
               f"| {np.median(width):.1%} | {np.quantile(width, 0.9):.1%} "
               f"| {np.mean(width <= 0.03):.0%} | {np.mean(width <= 0.1):.0%} "
               f"| {np.mean(divided):.1%} |")


def divides(summary: dict[Key, Row], row: Row) -> bool:
    """Whether the two latencies as printed divide to the gap within its interval."""
    native = summary[row["kernel"], row["reference"], row["n"]]
    ratio = float(f"{float(row['latency_ns']):.3g}") / float(f"{float(native['latency_ns']):.3g}")
    return float(row["gap_ci_low"]) <= ratio <= float(row["gap_ci_high"])


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("build", type=Path, nargs="?", help="directory of the build to evaluate")
    parser.add_argument("run", type=Path, nargs="?", help="directory of a run of many rounds")
    parser.add_argument("--runs", type=Path, nargs="+", help="tell of these runs as they are")
    parser.add_argument("--rounds", type=int, default=8, help="how many of them a user would have")
    parser.add_argument("--times", type=int, default=60, help="how often they are drawn")
    options = parser.parse_args()
    if options.runs:
        print("\n".join(table_of_runs(options.runs)))
        return 0
    if not options.build or not options.run:
        parser.error("name a build and a run, or runs with --runs")
    evaluation = Evaluation((options.build / "gapmeter").resolve(), options.run)
    whole = evaluation.summary(set(range(evaluation.count)))
    several = {row["kernel"] + row["n"] for row in whole.values() if row["speeds"]}
    truth = {
        key: float(row["gap"])
        for key, row in whole.items()
        if row["gap"] and row["kernel"] + row["n"] not in several
    }
    print(f"{len(truth)} gaps of {options.rounds} of {evaluation.count} rounds, "
          f"{evaluation.seconds_per_cell(options.rounds):.1f} s a cell; "
          f"sizes with a cell of several speeds, left out: {len(several)}")
    print("| rounds | half-width, median | 90th percentile | known to 3 % | to 10 % "
          "| intervals that cover | divide |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    for name, choices in (
        ("at random", at_random(evaluation.count, options.rounds, options.times)),
        ("in a row", in_a_row(evaluation.count, options.rounds)),
    ):
        widths, covers, divided = defaultdict(list), [], []
        for chosen in choices:
            summary = evaluation.summary(chosen)
            for key, gap in truth.items():
                row = summary[key]
                if not row["gap_ci_low"]:
                    continue
                low, high = float(row["gap_ci_low"]), float(row["gap_ci_high"])
                widths[key].append(half_width(row))
                if row["reference"] == whole[key]["reference"]:
                    covers.append(low <= gap <= high)
                divided.append(divides(summary, row))
        width = np.array([np.median(found) for found in widths.values()])
        print(f"| {name} | {np.median(width):.1%} | {np.quantile(width, 0.9):.1%} "
              f"| {np.mean(width <= 0.03):.0%} | {np.mean(width <= 0.1):.0%} "
              f"| {np.mean(covers):.1%} | {np.mean(divided):.1%} |")
    return 0


if __name__ == "__main__":
    sys.exit(main())
