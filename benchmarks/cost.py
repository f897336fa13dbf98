#!/usr/bin/python3
"""What a figure costs: seconds for a cell known to 2 %, against pyperf's default; and how much of a
run is spent measuring.

    benchmarks/cost.py build/release --pyperf DIR
    benchmarks/cost.py --run results/reference

The first command measures the same call with both tools in turn, everything included: start-up,
verification and memory pass on gapmeter's side. DIR is where pyperf is
(`pip install --target DIR pyperf`). The second reads a finished run and prints the share of its
wall time that was spent inside timed regions and in making the inputs they need.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import statistics
import subprocess
import sys
import time
from datetime import datetime
from pathlib import Path

from measuring import measure

CELLS = [
    (kernel, variant, n)
    for kernel, variant in (("sum", "builtin"), ("apply_weights", "comprehension"))
    for n in (1 << 10, 1 << 16)
]
STOCK = "/usr/bin/python3"
MAKE_LISTS = (
    "from array import array; import random; random.seed(1); "
    "floats = lambda: array('f', (random.uniform(-1, 1) for _ in range({n}))).tolist(); "
    "inp, w, bias = floats(), floats(), 0.5"
)
STATEMENTS = {
    "sum": "sum(inp)",
    "apply_weights": "[x * y + bias for x, y in zip(inp, w)]",
}


def half_width(row: dict[str, str]) -> float:
    """Of the latency's interval, over its middle; infinite without one."""
    if not row["latency_ci_low_ns"]:
        return float("inf")
    low, high = float(row["latency_ci_low_ns"]), float(row["latency_ci_high_ns"])
    return (high - low) / (high + low)


def gapmeter(build: Path, kernel: str, variant: str, n: int) -> tuple[float, float]:
    """Seconds, and the half-width that was reached."""
    program, name = build / "gapmeter", f"python/{variant}"
    [row], seconds = measure(program, kernel, name, n, "--precision", "2%")
    return seconds, half_width(row)


def pyperf(directory: Path, kernel: str, n: int) -> float:
    """Seconds that `pyperf timeit` takes as it is."""
    command = [STOCK, "-m", "pyperf", "timeit", "-s", MAKE_LISTS.format(n=n), STATEMENTS[kernel]]
    environment = os.environ | {"PYTHONPATH": str(directory.resolve())}
    started = time.monotonic()
    subprocess.run(
        [*command, "--inherit-environ", "PYTHONPATH"],
        check=True,
        capture_output=True,
        env=environment,
    )
    return time.monotonic() - started


def compare(build: Path, directory: Path, repetitions: int) -> None:
    """Print seconds per cell, medians over repetitions."""
    print("| kernel | variant | n | gapmeter, s | half-width | pyperf, s | gapmeter / pyperf |")
    print("| --- | --- | ---: | ---: | ---: | ---: | ---: |")
    for kernel, variant, n in CELLS:
        ours, widths, theirs = [], [], []
        for _ in range(repetitions):
            seconds, width = gapmeter(build, kernel, variant, n)
            ours.append(seconds)
            widths.append(width)
            theirs.append(pyperf(directory, kernel, n))
        our, their = statistics.median(ours), statistics.median(theirs)
        print(
            f"| {kernel} | python/{variant} | {n} | {our:.1f} "
            f"| {100 * statistics.median(widths):.1f} % | {their:.1f} | {our / their:.2f} |",
            flush=True,
        )


def measuring_share(directory: Path) -> float:
    """Timed regions and preparation over the wall time of a run."""
    facts = json.loads((directory / "run.json").read_text(encoding="utf-8"))
    begin, end = (
        datetime.strptime(facts[key], "%Y-%m-%dT%H:%M:%SZ") for key in ("started", "ended")
    )
    with open(directory / "rounds.csv", newline="", encoding="utf-8") as file:
        used = sum(
            float(row[column] or 0)
            for row in csv.DictReader(file)
            for column in ("prepare_s", "timed_s")
        )
    return used / (end - begin).total_seconds()


def main() -> int:
    """Measure, or look at a run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("build", type=Path, nargs="?", help="build directory")
    parser.add_argument("--pyperf", type=Path, help="directory that holds the package pyperf")
    parser.add_argument("--repetitions", type=int, default=3)
    parser.add_argument("--run", type=Path, help="print the measuring share of this run instead")
    options = parser.parse_args()
    if options.run:
        share = measuring_share(options.run)
        print(f"{100 * share:.0f} % of the wall time in timed regions and preparation")
        return 0
    if not options.build or not options.pyperf:
        parser.error("name the build directory and --pyperf, or a finished run with --run")
    compare(options.build, options.pyperf, options.repetitions)
    return 0


if __name__ == "__main__":
    sys.exit(main())
