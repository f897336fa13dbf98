#!/usr/bin/python3
"""Do gapmeter's figures agree with timeit in the stock interpreter and with Google Benchmark alone?

    benchmarks/agreement.py build/release

Each repetition measures every cell with each tool, one right after the other for a tenth of a
second, in alternating order, and takes the ratio to gapmeter's figure; printed is the median over
repetitions and its 95 % interval. Like is compared with like: timeit's batches have as many calls
as gapmeter's and their 10th percentile (or median) stands for them; Google Benchmark gives means of
a hundred windows of a millisecond, whose median is held against that of gapmeter's blocks of as
long, block_1ms_ns. All tools run on one processor, with the same environment.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
from inference import median_interval
from measuring import measure

# Sizes at which no two processes differ by where their memory happens to lie. Natively, how far
# apart three arrays of a few KiB lie decides over a third of the time that goes through them takes
# (a store seems to overlap a load whose low 12 address bits are the same): hence large arrays, and
# no powers of two. A list or an array of some hundred KiB, in turn, is in every fifth process or so
# given back to the system in each call and paid for again in the next, with or without gapmeter.
PYTHON_CELLS = [
    ("sum", "builtin", (1_000, 50_000)),
    ("apply_weights", "comprehension", (1_000, 10_000)),
]
NATIVE_CELLS = [("sum", "strict", (1_000, 50_000)), ("apply_weights", "alloc", (20_000, 50_000))]
STOCK = "/usr/bin/python3"

TIMEIT = """
import json, sys, timeit
from array import array
import random
kernel, n, calls, batches = sys.argv[1], *map(int, sys.argv[2:])
random.seed(1)
def floats():
    return array("f", (random.uniform(-1, 1) for _ in range(n))).tolist()
if kernel == "sum":
    def f(x):
        return sum(x)
    names, call = {"x": floats()}, "f(x)"
else:
    def f(inp, w, bias):
        return [x * y + bias for x, y in zip(inp, w)]
    names, call = {"inp": floats(), "w": floats(), "bias": 0.5}, "f(inp, w, bias)"
timer = timeit.Timer(call, "import gc; gc.enable()", globals={"f": f, **names})
timer.timeit(calls)
print(json.dumps([seconds / calls * 1e9 for seconds in timer.repeat(batches, calls)]))
"""


def environment() -> dict[str, str]:
    """What gapmeter's workers get."""
    return os.environ | {"OPENBLAS_NUM_THREADS": "1"}


def pinned(command: list[str]) -> str:
    """What a command prints, run on the processor that gapmeter measures on."""
    cpu = str(max(os.sched_getaffinity(0)))
    process = subprocess.run(
        ["taskset", "--cpu-list", cpu, *command],
        check=True,
        capture_output=True,
        text=True,
        env=environment(),
    )
    return process.stdout


def gapmeter(build: Path, kernel: str, variant: str, n: int, *options: str) -> dict[str, str]:
    """The row of one round."""
    program = build / "gapmeter"
    rows, _ = measure(program, kernel, variant, n, "--rounds", "1", *options, table="rounds.csv")
    [row] = [row for row in rows if row["pass"] == "time"]
    return row


def timeit_ns(kernel: str, n: int, row: dict[str, str]) -> float:
    """The median over timeit's batches, which have as many calls and are as many as the row's."""
    command = [STOCK, "-I", "-c", TIMEIT, kernel, str(n), row["calls_per_batch"], row["batches"]]
    batches = json.loads(pinned(command))
    return float(np.median(batches))


def google_benchmark_ns(build: Path, kernel: str, n: int) -> float:
    """Median over Google Benchmark's windows, together as long as gapmeter's round."""
    command = [str(build / "plain_google_benchmark"), f"--benchmark_filter=^{kernel}/{n}$"]
    command += ["--benchmark_min_time=0.002", "--benchmark_repetitions=40"]
    results = json.loads(pinned([*command, "--benchmark_format=json"]))["benchmarks"]
    windows = [result["real_time"] for result in results if result["run_type"] == "iteration"]
    return float(np.median(windows))


class Agreement:
    """The ratios of every cell, repetition after repetition."""

    def __init__(self, build: Path) -> None:
        self.build = build
        self.ratios: dict[tuple[str, str, int, str], list[float]] = {}
        self.first_rows: dict[tuple[str, int], dict[str, str]] = {}

    def add(self, kernel: str, variant: str, n: int, what: str, ratio: float) -> None:
        """One more ratio of a line of the table."""
        self.ratios.setdefault((kernel, variant, n, what), []).append(ratio)

    def against_timeit(self, kernel: str, name: str, n: int, timeit_first: bool) -> None:
        """Both engines against timeit, whose batches are as the first row's."""
        variant = f"python/{name}"
        if (kernel, n) not in self.first_rows:
            self.first_rows[kernel, n] = gapmeter(self.build, kernel, variant, n)
        plan = self.first_rows[kernel, n]
        for what, options in (("stock", ("--interpreter", STOCK)), ("embedded", ())):
            timed = timeit_ns(kernel, n, plan) if timeit_first else None
            row = gapmeter(self.build, kernel, variant, n, *options)
            timed = timed or timeit_ns(kernel, n, plan)
            self.add(kernel, variant, n, f"{what} / timeit", float(row["batch_p50_ns"]) / timed)

    def against_google_benchmark(self, kernel: str, name: str, n: int, it_first: bool) -> None:
        """The native lane against Google Benchmark alone."""
        variant = f"native/{name}"
        timed = google_benchmark_ns(self.build, kernel, n) if it_first else None
        row = gapmeter(self.build, kernel, variant, n)
        timed = timed or google_benchmark_ns(self.build, kernel, n)
        slices = [float(text.partition(":")[0]) for text in row["slices"].split()]
        ratio = float(np.median(slices)) / timed
        self.add(kernel, variant, n, "native / Google Benchmark", ratio)

    def repeat(self, number: int) -> None:
        """Measures every cell with each tool once."""
        for kernel, name, sizes in PYTHON_CELLS:
            for n in sizes:
                self.against_timeit(kernel, name, n, number % 2 == 1)
        for kernel, name, sizes in NATIVE_CELLS:
            for n in sizes:
                self.against_google_benchmark(kernel, name, n, number % 2 == 1)


def main() -> int:
    """Measure and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("build", type=Path, help="build directory")
    parser.add_argument("--repetitions", type=int, default=30)
    options = parser.parse_args()
    agreement = Agreement(options.build)
    for number in range(options.repetitions):
        print(f"repetition {number + 1} of {options.repetitions}", file=sys.stderr)
        agreement.repeat(number)
    print("| kernel | variant | n | what | ratio | 95 % interval |")
    print("| --- | --- | ---: | --- | ---: | ---: |")
    for (kernel, variant, n, what), values in agreement.ratios.items():
        low, high = median_interval(np.array(values), 0.95)
        print(
            f"| {kernel} | {variant} | {n} | {what} | {np.median(values):.3f} "
            f"| {low:.3f} to {high:.3f} |"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
