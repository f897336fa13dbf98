#!/usr/bin/python3
"""How often `gapmeter compare` finds a change between two runs of one build.

    benchmarks/evaluate_compare.py build/release runs [--pairs 20]

Makes one run more than pairs, one after the other, and compares each with the next: every `slower`
and `faster` is false. Runs that are there already are kept.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path


def main() -> int:
    """Run, compare, and print the counts."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("build", type=Path, help="build directory")
    parser.add_argument("directory", type=Path, help="where the runs are kept")
    parser.add_argument("--pairs", type=int, default=20)
    parser.add_argument("--kernels", default="sum,apply_weights")
    parser.add_argument("--sizes", default="1Ki,64Ki")
    options = parser.parse_args()
    program = (options.build / "gapmeter").resolve()
    seconds = []
    for i in range(options.pairs + 1):
        out = options.directory / f"run{i}"
        if (out / "summary.csv").exists():
            continue
        command: list[str | Path] = [program, "run", "--kernels", options.kernels]
        command += ["--sizes", options.sizes, "--rounds", "8", "--out", out]
        started = time.monotonic()
        subprocess.run(command, check=True, capture_output=True)
        seconds.append(time.monotonic() - started)
    verdicts: Counter[str] = Counter()
    flagged = 0
    for i in range(options.pairs):
        pair = [options.directory / f"run{i}", options.directory / f"run{i + 1}"]
        answer = subprocess.run(
            [program, "compare", *pair, "--format", "json"],
            capture_output=True, text=True, check=False,
        )
        found = Counter(cell["verdict"] for cell in json.loads(answer.stdout)["cells"])
        verdicts += found
        flagged += found["slower"] + found["faster"] > 0
    print("| pairs of runs | with a `slower` or `faster` | cells compared | slower | faster | same "
          "| inconclusive |")
    print("| ---: | ---: | ---: | ---: | ---: | ---: | ---: |")
    print(f"| {options.pairs} | {flagged} | {sum(verdicts.values())} | {verdicts['slower']} "
          f"| {verdicts['faster']} | {verdicts['same']} | {verdicts['inconclusive']} |")
    if seconds:
        print(f"\nA run took {sum(seconds) / len(seconds):.0f} s.", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
