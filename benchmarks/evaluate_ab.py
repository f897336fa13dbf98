#!/usr/bin/python3
"""How often `gapmeter ab` is right on this machine: a build against itself, and against builds
with 1 and 2 percent more work.

    benchmarks/evaluate_ab.py build/release --out comparisons.csv
    benchmarks/evaluate_ab.py --table comparisons.csv

Each comparison is one `gapmeter ab` of one cell, with its threshold of 2 %, but for 1 % more work
with `--threshold 1%`. The rounds it kept are analysed a second time as
pyperf does (Student's t-test over the means of processes) and as Google Benchmark's compare.py does
(the U test over the repetitions of one process). The first command appends a line for each
comparison, so that it can be stopped and gone on with; the second prints the table of
docs/statistics.md.
"""

from __future__ import annotations

import argparse
import csv
import json
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass, fields
from pathlib import Path

import numpy as np
from inference import median_interval, t_test, u_test


@dataclass(frozen=True)
class Cell:
    """What is compared."""

    kernel: str
    variant: str
    n: int


SLOWDOWNS = [1, 2]  # percent
CELLS = [
    Cell("chain", "native/steps", 1_000),
    Cell("stream", "native/total", 4_000),
    Cell("chain", "python/loop", 100),
    Cell("stream", "python/builtin", 1_000),
    Cell("stream", "python/comprehension", 500),
    Cell("stream", "python/numpy", 100_000),
    Cell("chain", "native/steps", 300_000),
    Cell("stream", "native/total", 4_000_000),
    Cell("chain", "python/loop", 50_000),
    Cell("stream", "python/builtin", 500_000),
    Cell("stream", "python/comprehension", 100_000),
    Cell("stream", "python/numpy", 4_000_000),
]


@dataclass
class Comparison:
    """One `gapmeter ab` and what others would have made of its rounds."""

    kernel: str
    variant: str
    n: int
    slowdown: int  # percent; 0 for a build against itself
    call_ns: float
    pairs: int
    seconds: float
    ratio: float
    low: float  # of the 95 % interval
    high: float
    verdict: str
    pyperf: str  # slower, faster or same
    google_benchmark: str


def compare(build: Path, cell: Cell, slowdown: int) -> Comparison:
    """Run one comparison of the build without more work with the one that has so much more."""
    base = build / "gapmeter_slower_0"
    new = build / f"gapmeter_slower_{slowdown}"
    with tempfile.TemporaryDirectory() as scratch:
        command: list[str | Path] = [base, "ab", base, new, "--kernels", cell.kernel]
        command += ["--variants", cell.variant, "--sizes", str(cell.n), "--format", "json"]
        command += ["--out", Path(scratch) / "ab", "--threshold", "1%" if slowdown == 1 else "2%"]
        started = time.monotonic()
        process = subprocess.run(command, capture_output=True, text=True, check=False)
        seconds = time.monotonic() - started
        [result] = json.loads(process.stdout)["cells"]
        if result["verdict"] is None:
            raise RuntimeError(f"{cell}: {result['reason']}")
        with open(Path(scratch) / "ab" / "pairs.csv", newline="", encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
    sides = {side: [row for row in rows if row["side"] == side] for side in ("base", "new")}
    slices = {
        side: [call_times(row["slices"]) for row in of_side]
        for side, of_side in sides.items()
    }
    means = {
        side: np.array([float(row["batch_mean_ns"]) for row in of_side])
        for side, of_side in sides.items()
    }
    ratios = np.array(
        [
            np.median(new[: len(base)] / base[: len(new)])
            for base, new in zip(slices["base"], slices["new"], strict=True)
        ]
    )
    low, high = median_interval(ratios, 0.95)
    # Twenty repetitions at most, all in one process, are what Google Benchmark would have had.
    first_base, first_new = slices["base"][0][:20], slices["new"][0][:20]
    return Comparison(
        cell.kernel,
        cell.variant,
        cell.n,
        slowdown,
        result["base"],
        len(ratios),
        seconds,
        result["ratio"]["ratio"],
        low,
        high,
        result["verdict"],
        t_test(means["base"], means["new"]),
        u_test(first_base, first_new),
    )


def call_times(slices: str) -> np.ndarray:
    """What a call took in each slice of a round, in ns."""
    return np.array([float(text.partition(":")[0]) for text in slices.split()])


def append(path: Path, comparison: Comparison) -> None:
    """One more line of the file, after a header if it is new."""
    is_new = not path.exists()
    with open(path, "a", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, [field.name for field in fields(Comparison)])
        if is_new:
            writer.writeheader()
        writer.writerow(asdict(comparison))


def read(path: Path) -> list[Comparison]:
    """The comparisons of a file."""
    kinds = {"n": int, "slowdown": int, "pairs": int}
    floats = {"call_ns", "seconds", "ratio", "low", "high"}
    with open(path, newline="", encoding="utf-8") as file:
        return [
            Comparison(
                **{
                    name: kinds.get(name, float if name in floats else str)(text)
                    for name, text in row.items()
                }
            )
            for row in csv.DictReader(file)
        ]


def share(part: int, whole: int) -> str:
    """A count and its percentage."""
    return f"{part} of {whole}" + (f" ({100 * part / whole:.1f} %)" if whole else "")


def table_of(title: str, chosen: list[Comparison]) -> list[str]:
    """A line for each cell, then all together; the truth of a ratio is known where it is 1."""
    is_itself = chosen[0].slowdown == 0
    lines = [
        f"**{title}**",
        "",
        "| cell | call | comparisons | seconds, median (largest) "
        + ("| 95 % intervals with 1 " if is_itself else "")
        + "| `gapmeter ab`: slower / faster / same / inconclusive | t-test over processes: slower "
        "/ faster | U test in one process: slower / faster |",
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: |" + (" ---: |" if is_itself else ""),
    ]
    cells = sorted({(c.kernel, c.variant, c.n) for c in chosen})
    groups = [(cell, [c for c in chosen if (c.kernel, c.variant, c.n) == cell]) for cell in cells]
    for cell, group in groups:
        kernel, variant, n = cell
        lines.append(f"| {kernel} {variant} n={n} | {call_text(group)} {line_of(group)}")
    return [*lines, f"| all | {line_of(chosen)}", ""]


def line_of(group: list[Comparison]) -> str:
    """The counts of a line."""
    seconds = [c.seconds for c in group]
    covered = sum(c.low <= 1 <= c.high for c in group)
    counts = [
        sum(c.verdict == verdict for c in group)
        for verdict in ("slower", "faster", "same", "inconclusive")
    ]
    return (
        f"| {len(group)} | {statistics.median(seconds):.1f} ({max(seconds):.1f}) "
        + (f"| {share(covered, len(group))} " if group[0].slowdown == 0 else "")
        + f"| {' / '.join(map(str, counts))} | {found_by(group, 'pyperf')} "
        f"| {found_by(group, 'google_benchmark')} |"
    )


def call_text(group: list[Comparison]) -> str:
    """The length of a call."""
    nanoseconds = statistics.median(c.call_ns for c in group)
    return f"{nanoseconds / 1e3:.2f} µs" if nanoseconds < 1e6 else f"{nanoseconds / 1e6:.2f} ms"


def found_by(group: list[Comparison], tool: str) -> str:
    """How often another analysis said slower and faster."""
    said = [getattr(c, tool) for c in group]
    return f"{said.count('slower')} / {said.count('faster')}"


def table(comparisons: list[Comparison]) -> str:
    """The three tables: against itself, 2 % and 1 % more work."""
    lines: list[str] = []
    for slowdown, title in (
        (0, "A build against itself: every slower or faster is false"),
        (2, "2 % more work: every slower is right"),
        (1, "1 % more work, `--threshold 1%`: every slower is right"),
    ):
        chosen = [c for c in comparisons if c.slowdown == slowdown]
        if chosen:
            lines += table_of(title, chosen)
    return "\n".join(lines)


def main() -> int:
    """Compare, or print the table of what was compared."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("build", type=Path, nargs="?", help="build directory")
    parser.add_argument("--itself", type=int, default=25, help="times each cell with itself")
    parser.add_argument("--slower", type=int, default=10, help="times with more work")
    parser.add_argument("--out", type=Path, default=Path("comparisons.csv"))
    parser.add_argument("--table", type=Path, help="print the table of this file instead")
    options = parser.parse_args()
    if options.table:
        print(table(read(options.table)))
        return 0
    if not options.build:
        parser.error("name the build directory, or a file with --table")
    for repetition in range(max(options.itself, options.slower)):
        print(f"repetition {repetition + 1}", file=sys.stderr)
        for cell in CELLS:
            if repetition < options.itself:
                append(options.out, compare(options.build, cell, 0))
            if repetition < options.slower:
                for slowdown in SLOWDOWNS:
                    append(options.out, compare(options.build, cell, slowdown))
    return 0


if __name__ == "__main__":
    sys.exit(main())
