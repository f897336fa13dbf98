#!/usr/bin/python3
"""What do page faults cost, in which memory conditions, and which of them does a user have?

    benchmarks/memory_conditions.py build/release --write docs/memory.md

Each cell is measured with every --huge-pages of `gapmeter run`, one after the other, in many short
rounds: what a process's heap does with large arrays is decided when it starts. NumPy's calls are
also timed in the stock interpreter as a user starts it, in fresh processes, and in ones in which an
array of 31 MiB was freed before: glibc then keeps what is freed (the dynamic threshold of
mallopt(3)). Printed are the tables of docs/memory.md, in Markdown; --write puts them there.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from measuring import measured, read_table
from pages import put

STOCK = "/usr/bin/python3"
MODES = ("system", "malloc", "never")
# Of one array: around what malloc hands to the system at first (128 KiB), NumPy's least size for
# huge pages (4 MiB), and what malloc hands to it always (32 MiB).
ARRAY_BYTES = (64 << 10, 256_000, 1 << 20, 4 << 20, 16 << 20, 64 << 20)


@dataclass(frozen=True)
class Call:
    """A NumPy variant, what a user would type for it, and a native variant that does the same."""

    kernel: str
    numpy: str
    native: str
    element_bytes: int  # of one array
    setup: str
    statement: str

    @property
    def sizes(self) -> list[int]:
        """The numbers of elements of the arrays."""
        return [size // self.element_bytes for size in ARRAY_BYTES]


CALLS = (
    Call(
        *("apply_weights", "numpy", "alloc", 4),
        "inp, w, bias = rng.random(n, 'f'), rng.random(n, 'f'), np.float32(0.5)",
        "inp * w + bias",
    ),
    Call("sum", "numpy", "simd", 4, "x = rng.random(n, 'f')", "x.sum()"),
    Call(
        *("move_clone", "numpy", "clone", 64),
        "records = rng.random((n, 8))",
        "records.copy()[-1][-1]",
    ),
    Call(
        *("slice_view", "numpy_copy", "owned", 8),
        "x = rng.random(n)",
        "x[n // 4 : n - n // 4].copy().sum()",
    ),
    Call("growth", "numpy", "presized", 8, "x = rng.random(n)", "2 * x"),
)

# What a user can do about page faults: what to type, and which variables to set.
REMEDIES: tuple[tuple[str, dict[str, str]], ...] = (
    ("inp * w + bias", {}),
    ("np.add(np.multiply(inp, w, out=out), bias, out=out)", {}),
    ("inp * w + bias", {"MALLOC_TOP_PAD_": "67108864"}),
    ("inp * w + bias", {"MALLOC_TRIM_THRESHOLD_": "1000000000"}),
    (
        "inp * w + bias",
        {"MALLOC_TRIM_THRESHOLD_": "1000000000", "MALLOC_MMAP_THRESHOLD_": "1000000000"},
    ),
    ("inp * w + bias", {"GLIBC_TUNABLES": "glibc.malloc.hugetlb=1"}),
)
REMEDIED_SIZES = (64_000, 16 << 20)

USERS_PROGRAM = """
import json, resource, sys, timeit
import numpy as np
setup, statement, n, settled = sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4] == "settled"
if settled:
    np.ones(31 << 20, "u1")
names = {"np": np, "rng": np.random.default_rng(1), "n": n}
exec(setup, names)
timer = timeit.Timer(statement, globals=names)
calls, _ = timer.autorange()
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
times = timer.repeat(5, calls)
faults = resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before
print(json.dumps([min(times) / calls * 1e9, faults / (5 * calls)]))
"""


@dataclass(frozen=True)
class Figure:
    """Of one cell in one condition."""

    latency_ns: float
    faults: float  # a call
    speeds: bool  # whether processes differed

    def over(self, base: Figure) -> str:
        """As a cell of the table."""
        return f"{self.latency_ns / base.latency_ns:.2f} ({round(self.faults, 2):,g})"

    def __str__(self) -> str:
        return f"{self.latency_ns / 1000:,.1f} µs ({round(self.faults, 2):,g})"


def faults_a_call(rows: list[dict[str, str]], variant: str, n: int) -> float:
    """The mean over all calls of all rounds."""
    timed = [
        row
        for row in rows
        if (row["pass"], row["variant"], row["n"]) == ("time", variant, str(n)) and row["batches"]
    ]
    calls = sum(int(row["batches"]) * int(row["calls_per_batch"]) for row in timed)
    return sum(int(row["minor_faults"]) for row in timed) / calls


Figures = dict[tuple[str, int], Figure]


def figures_of(program: Path, call: Call, mode: str, rounds: int) -> Figures:
    """Of both variants of a call at every size, with one --huge-pages."""
    variants = f"python/{call.numpy},native/{call.native}"
    sizes = ",".join(map(str, call.sizes))
    options = ("--huge-pages", mode, "--quick", "--rounds", str(rounds))
    with measured(program, call.kernel, variants, sizes, *options) as out:
        rows = read_table(out, "rounds.csv")
        return {
            (row["variant"], int(row["n"])): Figure(
                float(row["latency_ns"]),
                faults_a_call(rows, row["variant"], int(row["n"])),
                row["speeds"] != "",
            )
            for row in read_table(out, "summary.csv")
        }


def users_figure(
    setup: str, statement: str, n: int, history: str, processes: int, **variables: str
) -> Figure:
    """Of the stock interpreter with the user's environment: the median over fresh processes, of
    each the best of five repetitions, as timeit recommends."""
    command = [STOCK, "-c", USERS_PROGRAM, setup, statement, str(n), history]
    figures = [
        json.loads(subprocess.check_output(command, env=os.environ | variables))
        for _ in range(processes)
    ]
    latency_ns, faults = (statistics.median(column) for column in zip(*figures))
    return Figure(latency_ns, faults, speeds=False)


def lines_of(call: Call, modes: dict[str, Figures], processes: int) -> Iterator[str]:
    """The lines of the table of conditions about one call."""
    for variant, n in modes["system"]:
        base = modes["system"][variant, n]
        parts = [call.kernel, variant, str(n), str(base)]
        parts += [modes[mode][variant, n].over(base) for mode in MODES if mode != "system"]
        for history in ("fresh", "settled"):
            if variant.startswith("native/"):
                parts.append("")
                continue
            users = users_figure(call.setup, call.statement, n, history, processes)
            parts.append(users.over(base))
        yield f"| {' | '.join(parts)} |"


def table_of_speeds(measurements: list[dict[str, Figures]]) -> Iterator[str]:
    """How many cells had several speeds."""
    yield "| `--huge-pages` | cells | with several speeds |"
    yield "| --- | ---: | ---: |"
    for mode in MODES:
        figures = [figure for modes in measurements for figure in modes[mode].values()]
        several = sum(figure.speeds for figure in figures)
        yield f"| {mode} | {len(figures)} | {several} ({100 * several / len(figures):.0f} %) |"


def table_of_remedies(processes: int) -> Iterator[str]:
    """What a user can do, in the stock interpreter."""
    yield "| call | variables | " + " | ".join(f"n = {n}" for n in REMEDIED_SIZES) + " |"
    yield "| --- | --- |" + " ---: |" * len(REMEDIED_SIZES)
    setup = CALLS[0].setup + "; out = np.empty_like(inp)"
    for statement, variables in REMEDIES:
        figures = [
            users_figure(setup, statement, n, "fresh", processes, **variables)
            for n in REMEDIED_SIZES
        ]
        named = " ".join(f"`{name}={value}`" for name, value in variables.items())
        yield f"| `{statement}` | {named} | {' | '.join(map(str, figures))} |"


def main() -> int:
    """Measure and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("build", type=Path, help="build directory")
    parser.add_argument("--rounds", type=int, default=20, help="processes for each cell and mode")
    parser.add_argument("--processes", type=int, default=5, help="of the stock interpreter")
    parser.add_argument("--kernels", nargs="+", default=[call.kernel for call in CALLS])
    parser.add_argument("--write", type=Path, metavar="PAGE", help="put the tables there as well")
    options = parser.parse_args()
    measurements: list[dict[str, Figures]] = []
    conditions = [
        "| kernel | variant | n | system | malloc | never | stock | stock, settled |",
        "| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    for call in (call for call in CALLS if call.kernel in options.kernels):
        modes = {}
        for mode in MODES:
            print(f"{call.kernel}, {mode}", file=sys.stderr)
            modes[mode] = figures_of(options.build / "gapmeter", call, mode, options.rounds)
        measurements.append(modes)
        conditions += lines_of(call, modes, options.processes)
    tables = {
        "speeds": table_of_speeds(measurements),
        "conditions": conditions,
        "remedies": table_of_remedies(options.processes),
    }
    for name, lines in tables.items():
        table = "\n".join(lines)
        print(f"{table}\n")
        if options.write:
            put(options.write, f"memory_conditions: {name}", table)
    return 0


if __name__ == "__main__":
    sys.exit(main())
