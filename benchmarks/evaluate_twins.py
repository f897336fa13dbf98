#!/usr/bin/python3
"""What a run says of the ratio between a function and itself, and whether neighbours move a figure.

    scripts/build.sh benchmarks
    benchmarks/evaluate_twins.py build/release twins
    benchmarks/evaluate_twins.py --table twins

The kernel `twins` (benchmarks/twins/) has functions under two names. The first command measures it
in 40 rounds; from these, eight are taken many times over, and their intervals counted that contain
1. It also measures it again and again, by turns with and without a variant that fills the caches in
its turn, for data in the first cache, in the second and beyond. The second command prints tables.
"""

from __future__ import annotations

import argparse
import csv
import json
import shutil
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from inference import median_interval, paired_trimmed_ratio

csv.field_size_limit(1 << 30)

TWINS = ["native/sum", "python/builtin", "python/loop", "python/numpy"]
# The last: one function of machine code, called through both compiled lanes.
PAIRS = [*((name, name + "_twin") for name in TWINS), ("native/shared", "rust/shared")]
NEIGHBOURS = ["native/sum", "python/builtin", "python/numpy"]
SWEEP = "native/sweep"
SIZES = "512,32Ki,4Mi"
ROUNDS = 8
REPETITIONS = 12
# As harness/analysis/undisturbed.h has them.
TOLERANCE, MOST_WAITED, LEAST_SLICES = 0.03, 30, 5

Cell = tuple[str, int]
Latencies = dict[int, float]  # by round


def is_complete(directory: Path) -> bool:
    """Whether a run is there and came to its end."""
    file = directory / "run.json"
    if not file.exists():
        return False
    return json.loads(file.read_text(encoding="utf-8")).get("interrupted") is False


def run(program: Path, out: Path, variants: list[str], rounds: int) -> None:
    """One run of the kernel; one that is there is kept."""
    if is_complete(out):
        return
    shutil.rmtree(out, ignore_errors=True)
    command: list[str | Path] = [program, "run", "--sizes", SIZES, "--rounds", str(rounds)]
    command += ["--variants", ",".join(variants), "--out", out]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)


def measure(build: Path, directory: Path) -> None:
    """Every run of the evaluation."""
    program = (build / "gapmeter_twins").resolve()
    directory.mkdir(parents=True, exist_ok=True)
    run(program, directory / "rounds", [name for pair in PAIRS for name in pair], 40)
    for repetition in range(REPETITIONS):
        print(f"repetition {repetition + 1} of {REPETITIONS}", file=sys.stderr)
        order = [("alone", NEIGHBOURS), ("swept", [*NEIGHBOURS, SWEEP])]
        for name, variants in order if repetition % 2 == 0 else order[::-1]:
            run(program, directory / f"{name}{repetition}", variants, 4)


def latencies(directory: Path) -> dict[Cell, Latencies]:
    """Of every cell and round the median over undisturbed slices; over all where those are few."""
    facts = json.loads((directory / "run.json").read_text(encoding="utf-8"))
    bound = facts["probes"]["1"]["best"] * (1 + TOLERANCE)
    found: dict[Cell, Latencies] = defaultdict(dict)
    with open(directory / "rounds.csv", newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            if row["pass"] != "time":
                continue
            slices = np.array(
                [[float(x or 0) for x in text.split(":")] for text in row["slices"].split()]
            )
            quiet = (np.maximum(slices[:, 1], slices[:, 2]) <= bound) & (
                slices[:, 3] <= MOST_WAITED
            )
            if np.sum(quiet) < LEAST_SLICES:
                quiet[:] = True
            cell = row["variant"], int(row["n"])
            found[cell][int(row["round"])] = float(np.median(slices[quiet, 0]))
    return found


def choices(count: int, kind: str) -> Iterator[list[int]]:
    """Eight rounds of many: as they followed each other, or any."""
    if kind == "in a row":
        for first in range(count - ROUNDS + 1):
            yield list(range(first, first + ROUNDS))
    else:
        generator = np.random.default_rng(1)
        for _ in range(500):
            yield sorted(generator.permutation(count)[:ROUNDS].tolist())


def table_of_twins(directory: Path) -> Iterator[str]:
    """How often the interval of a ratio that is 1 contains 1."""
    yield (
        "| twins | n | ratio over 40 rounds | half-width of 8, median | in a row: contain 1 "
        "| any 8: contain 1 |"
    )
    yield "| --- | ---: | ---: | ---: | ---: | ---: |"
    found = latencies(directory / "rounds")
    everything: dict[str, list[bool]] = defaultdict(list)
    for variant, twin in PAIRS:
        for n in sorted({n for _, n in found}):
            one, other = found[variant, n], found[twin, n]
            rounds = sorted(set(one) & set(other))
            a = np.array([one[i] for i in rounds])
            b = np.array([other[i] for i in rounds])
            ratio, _ = paired_trimmed_ratio(b, a, 0.95)
            widths, cover = [], defaultdict(list)
            for kind in ("in a row", "any"):
                for chosen in choices(len(rounds), kind):
                    _, (low, high) = paired_trimmed_ratio(b[chosen], a[chosen], 0.95)
                    widths.append((high - low) / (high + low))
                    cover[kind].append(low <= 1 <= high)
                everything[kind] += cover[kind]
            yield (
                f"| {variant} | {n} | {ratio:.4f} | {np.median(widths):.2%} "
                f"| {np.mean(cover['in a row']):.0%} | {np.mean(cover['any']):.0%} |"
            )
    yield (
        f"| all | | | | {np.mean(everything['in a row']):.1%} | {np.mean(everything['any']):.1%} |"
    )


def table_of_neighbours(directory: Path) -> Iterator[str]:
    """A figure beside a variant that fills the caches over the figure without it."""
    yield f"| variant | n | with `{SWEEP}` in the turn / without | 95 % interval |"
    yield "| --- | ---: | ---: | ---: |"
    ratios: dict[Cell, list[float]] = defaultdict(list)
    for repetition in range(REPETITIONS):
        runs = [directory / f"{name}{repetition}" for name in ("alone", "swept")]
        if not all(map(is_complete, runs)):
            break  # the measurement was cut short here
        alone, swept = map(latencies, runs)
        for cell, rounds in alone.items():
            middle = np.median(list(swept[cell].values())) / np.median(list(rounds.values()))
            ratios[cell].append(float(middle))
    for (variant, n), values in sorted(ratios.items()):
        low, high = median_interval(np.array(values), 0.95)
        yield f"| {variant} | {n} | {np.median(values):.4f} | {low:.4f} to {high:.4f} |"


def main() -> int:
    """Measure, or print the tables of what was measured."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("build", type=Path, nargs="?", help="build directory")
    parser.add_argument("directory", type=Path, nargs="?", help="where the runs are kept")
    parser.add_argument("--table", type=Path, help="print the tables of this directory instead")
    options = parser.parse_args()
    if options.table:
        print("\n".join(table_of_twins(options.table)), end="\n\n")
        print("\n".join(table_of_neighbours(options.table)))
        return 0
    if not options.build or not options.directory:
        parser.error("name the build directory and one for the runs, or one with --table")
    measure(options.build, options.directory)
    return 0


if __name__ == "__main__":
    sys.exit(main())
