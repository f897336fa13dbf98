#!/usr/bin/python3
"""What stopping at the first narrow interval costs in coverage, and what further rounds repair.

    benchmarks/simulate_stopping.py

Draws rounds from known distributions, adds some until the interval is as narrow as `gapmeter ab` or
`gapmeter run --precision 2%` wants it, runs half as many more, and counts how often the 95 %
interval then holds the truth. `deciding_rounds` in harness/base/statistics.h is the rule itself.
"""

from __future__ import annotations

import argparse
import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from inference import median_interval

REPORTED = 0.95  # the confidence of the intervals that are counted


class Rule(NamedTuple):
    """When rounds are enough, and how far apart they typically are then."""

    name: str
    half_width: float
    watched: float  # the confidence of the interval whose width is watched
    first_look: int  # the fewest rounds that have such an interval
    most: int
    spread: float


RULES = [
    Rule("ab", 0.01, 0.99, 8, 200, 0.012),
    Rule("run --precision 2%", 0.02, 0.95, 6, 100, 0.03),
]

RNG = np.random.default_rng(1)
DISTRIBUTIONS: dict[str, Callable[[int], np.ndarray]] = {
    "normal": lambda count: RNG.normal(0, 1, count),
    "Laplace": lambda count: RNG.laplace(0, 1, count),
    "t, 3 degrees of freedom": lambda count: 1.25 * RNG.standard_t(3, count),
}


def rounds_run(rule: Rule, logarithms: np.ndarray, further: float) -> int:
    """How many rounds the rule runs when they come out like this."""
    for rounds in range(rule.first_look, rule.most + 1):
        low, high = median_interval(logarithms[:rounds], rule.watched)
        if (high - low) / 2 <= rule.half_width:
            return math.ceil(rounds * (1 + further))
    return rule.most


def coverage(rule: Rule, draw: Callable[[int], np.ndarray], further: float, trials: int) -> float:
    """The share of trials whose reported interval holds the truth, which is 0."""
    held = 0
    for _ in range(trials):
        logarithms = rule.spread * draw(math.ceil(rule.most * (1 + further)))
        low, high = median_interval(logarithms[: rounds_run(rule, logarithms, further)], REPORTED)
        held += low <= 0 <= high
    return held / trials


def main() -> None:
    """Print the table of docs/statistics.md."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--trials", type=int, default=4000)
    trials = parser.parse_args().trials
    print("| rule | rounds | stopped at once | half as many again |")
    print("| --- | --- | ---: | ---: |")
    for rule in RULES:
        for name, draw in DISTRIBUTIONS.items():
            at_once, later = (100 * coverage(rule, draw, share, trials) for share in (0.0, 0.5))
            print(f"| `{rule.name}` | {name} | {at_once:.1f} % | {later:.1f} % |")


if __name__ == "__main__":
    main()
