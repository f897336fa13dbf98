#!/usr/bin/python3
"""What stopping at the first narrow interval costs in coverage, and what further pairs repair.

    benchmarks/simulate_stopping.py

Draws ratios of pairs from known distributions, adds pairs until the 99 % interval is as narrow as
`gapmeter ab` wants it by default, runs some more, and counts how often the 95 % interval then holds
the truth. harness/run/duel.cpp has the rule itself.
"""

from __future__ import annotations

import argparse
import math
from collections.abc import Callable

import numpy as np
from evaluate_ab import median_interval

HALF_WIDTH, WATCHED, REPORTED = 0.01, 0.99, 0.95
FIRST_LOOK, MOST_PAIRS = 8, 200

RNG = np.random.default_rng(1)
DISTRIBUTIONS: dict[str, Callable[[int], np.ndarray]] = {
    "normal": lambda count: RNG.normal(0, 0.012, count),
    "Laplace": lambda count: RNG.laplace(0, 0.012, count),
    "t, 3 degrees of freedom": lambda count: 0.015 * RNG.standard_t(3, count),
}


def pairs_run(logarithms: np.ndarray, further_pairs: float) -> int:
    """How many pairs the rule runs when they come out like this."""
    for pairs in range(FIRST_LOOK, MOST_PAIRS + 1):
        low, high = median_interval(logarithms[:pairs], WATCHED)
        if (high - low) / 2 <= HALF_WIDTH:
            return math.ceil(pairs * (1 + further_pairs))
    return MOST_PAIRS


def coverage(draw: Callable[[int], np.ndarray], further_pairs: float, trials: int) -> float:
    """The share of trials whose reported interval holds the truth, which is 0."""
    held = 0
    for _ in range(trials):
        logarithms = draw(math.ceil(MOST_PAIRS * (1 + further_pairs)))
        low, high = median_interval(logarithms[: pairs_run(logarithms, further_pairs)], REPORTED)
        held += low <= 0 <= high
    return held / trials


def main() -> None:
    """Print the table of docs/statistics.md."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--trials", type=int, default=4000)
    trials = parser.parse_args().trials
    print("| ratios of pairs | stopped at once | half as many pairs again |")
    print("| --- | ---: | ---: |")
    for name, draw in DISTRIBUTIONS.items():
        at_once, later = (100 * coverage(draw, share, trials) for share in (0.0, 0.5))
        print(f"| {name} | {at_once:.1f} % | {later:.1f} % |")


if __name__ == "__main__":
    main()
