#!/usr/bin/python3
"""Holds native/simd of `sum` and `apply_weights` against NumPy and against the fastest
hand-written loop of this machine, and prints a Markdown table.

    benchmarks/simd_against_limits.py build/release

At each size gapmeter measures its own variants and those of gapmeter_limits, one right after the
other and in alternating order, several times over; each figure is the median over these repetitions
of a ratio taken within one of them, because absolute times drift.
"""

import argparse
import statistics
import sys
from dataclasses import dataclass, field
from pathlib import Path

from measuring import measure

KERNELS = ("sum", "apply_weights")
# NumPy has variants that differ in where the result goes; the limiting loops are in one lane.
SIMD, NUMPY, LIMIT = "native/simd", "python/numpy", "native/"
SIZES = sorted([*(4**power for power in range(2, 13)), 2**13, 2**21])


@dataclass
class Cell:
    """What was measured of one kernel at one size, a value for each repetition."""

    data_bytes: int = 0
    simd_gb_per_s: list[float] = field(default_factory=list)
    numpy_over_simd: list[float] = field(default_factory=list)
    limit_over_simd: dict[str, list[float]] = field(default_factory=dict)

    def limit(self) -> tuple[float, str]:
        """The share that simd reaches of the fastest limiting loop, and that loop's name.

        The loop is chosen by its median: the luckiest single measurement of several loops would be
        faster than what any of them does.
        """
        medians = {name: statistics.median(values) for name, values in self.limit_over_simd.items()}
        fastest = min(medians, key=lambda name: medians[name])
        return medians[fastest], fastest


def latencies(rows: list[dict[str, str]], kernel: str, n: int) -> dict[str, float]:
    """Latency in ns of every variant of a kernel at one size."""
    return {
        row["variant"]: float(row["latency_ns"])
        for row in rows
        if row["kernel"] == kernel and int(row["n"]) == n and row["status"] == "ok"
    }


def measure_both(build: Path, n: int, rounds: int, limits_first: bool) -> list[dict[str, str]]:
    """Rows of the program's own variants and of the limiting loops at one size."""
    sources = [
        (build / "gapmeter", ",".join(KERNELS), f"{SIMD},{NUMPY}*"),
        (build / "gapmeter_limits", "*", f"{LIMIT}*"),
    ]
    if limits_first:
        sources.reverse()
    return [row for source in sources for row in measure(*source, n, "--rounds", str(rounds))[0]]


def add_repetition(rows: list[dict[str, str]], n: int, cells: dict[tuple[str, int], Cell]) -> None:
    """Adds the values of one repetition at one size to the cells."""
    for row in rows:
        if row["variant"] != SIMD:
            continue
        kernel = row["kernel"]
        times = latencies(rows, kernel, n)
        simd = times[SIMD]
        cell = cells.setdefault((kernel, n), Cell())
        cell.data_bytes = int(row["working_set_bytes"])
        cell.simd_gb_per_s.append(float(row["bytes_per_s"]) / 1e9)
        for variant, time in latencies(rows, f"{kernel}_limit", n).items():
            ratios = cell.limit_over_simd.setdefault(variant.removeprefix(LIMIT), [])
            ratios.append(time / simd)
        cell.numpy_over_simd.append(
            min(time for name, time in times.items() if name.startswith(NUMPY)) / simd
        )


def size_text(count: int) -> str:
    """A count of bytes with a binary unit."""
    for unit, factor in (("MiB", 2**20), ("KiB", 2**10)):
        if count >= factor:
            return f"{count / factor:.0f} {unit}"
    return f"{count} B"


def table(cells: dict[tuple[str, int], Cell]) -> str:
    """The Markdown table."""
    lines = [
        "| kernel | n | data | simd, GB/s | of the limit | limit's loop | NumPy's best / simd |",
        "| --- | ---: | ---: | ---: | ---: | --- | ---: |",
    ]
    for (kernel, n), cell in sorted(cells.items(), key=lambda item: (item[0][0], item[0][1])):
        share, loop = cell.limit()
        lines.append(
            f"| {kernel} | {n} | {size_text(cell.data_bytes)} "
            f"| {statistics.median(cell.simd_gb_per_s):.1f} "
            f"| {share:.2f} | {loop} "
            f"| {statistics.median(cell.numpy_over_simd):.2f} |"
        )
    return "\n".join(lines)


def main() -> int:
    """Measure, print, and say how it was done."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("build", type=Path, help="build directory, for instance build/release")
    parser.add_argument("--repetitions", type=int, default=9)
    parser.add_argument("--rounds", type=int, default=1, help="rounds in each run")
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES)
    options = parser.parse_args()
    cells: dict[tuple[str, int], Cell] = {}
    for repetition in range(options.repetitions):
        print(f"repetition {repetition + 1} of {options.repetitions}", file=sys.stderr)
        for n in options.sizes:
            rows = measure_both(options.build, n, options.rounds, limits_first=repetition % 2 == 1)
            add_repetition(rows, n, cells)
    print(table(cells))
    return 0


if __name__ == "__main__":
    sys.exit(main())
