#!/usr/bin/python3
"""What stopping at the first narrow interval costs in coverage, and what a confirmation repairs.

    benchmarks/simulate_stopping.py

Draws rounds from known distributions, adds some until the interval is as narrow as `gapmeter ab` or
`gapmeter run` wants it, and counts how often the 95 % interval then holds the truth: at the first
narrow one, and as the program confirms it. `ab` runs half as many rounds more (`deciding_rounds` in
harness/base/statistics.h); `run` wants it to have been narrow without the last two rounds, too
(`confirming_rounds` in harness/measure/plan.h).
"""

from __future__ import annotations

import argparse
import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from inference import median_interval, paired_trimmed_ratio

REPORTED = 0.95  # the confidence of the intervals that are counted

Draw = Callable[[int], np.ndarray]
Interval = tuple[float, float]

RNG = np.random.default_rng(1)
DISTRIBUTIONS: dict[str, Draw] = {
    "normal": lambda count: RNG.normal(0, 1, count),
    "Laplace": lambda count: RNG.laplace(0, 1, count),
    "t, 3 degrees of freedom": lambda count: 1.25 * RNG.standard_t(3, count),
}


class Rule(NamedTuple):
    """When rounds are enough, and how far apart they typically are then."""

    name: str
    interval: Callable[[np.ndarray, float], Interval]  # of logarithms, one column for each side
    half_width: float
    watched: float  # the confidence of the interval whose width is watched
    first_look: int  # the fewest rounds that have such an interval
    most: int
    spread: float
    further: float  # so many times as many rounds again confirm it
    without_last: int  # or it was narrow without so many of the last rounds

    def is_narrow(self, logarithms: np.ndarray) -> bool:
        low, high = self.interval(logarithms, self.watched)
        return (high - low) / 2 <= self.half_width


def of_pairs(logarithms: np.ndarray, confidence: float) -> Interval:
    """`ab`'s: a pair is one ratio."""
    return median_interval(logarithms[:, 0], confidence)


def of_gap(logarithms: np.ndarray, confidence: float) -> Interval:
    """`run`'s, of two sides with the same rounds."""
    python, native = np.exp(logarithms.T)
    _, (low, high) = paired_trimmed_ratio(python, native, confidence)
    return math.log(low), math.log(high)


RULES = [
    Rule("ab", of_pairs, 0.01, 0.99, 8, 200, 0.012, 0.5, 0),
    Rule("run", of_gap, 0.03, 0.95, 8, 24, 0.03, 0, 2),
]


def rounds_run(rule: Rule, logarithms: np.ndarray, confirmed: bool) -> int:
    """How many rounds the rule runs when they come out like this."""
    for rounds in range(rule.first_look, rule.most + 1):
        if not rule.is_narrow(logarithms[:rounds]):
            continue
        if not confirmed:
            return rounds
        if rule.is_narrow(logarithms[: rounds - rule.without_last]):
            return math.ceil(rounds * (1 + rule.further))
    return rule.most


def coverage(rule: Rule, draw: Draw, trials: int) -> tuple[float, float]:
    """The share of trials whose interval holds the truth, 0: stopped at once, and confirmed."""
    held = np.zeros(2)
    for _ in range(trials):
        most = math.ceil(rule.most * (1 + rule.further))
        logarithms = rule.spread * draw(2 * most).reshape(most, 2)
        for column, confirmed in enumerate((False, True)):
            rounds = rounds_run(rule, logarithms, confirmed)
            low, high = rule.interval(logarithms[:rounds], REPORTED)
            held[column] += low <= 0 <= high
    at_once, confirmed_share = held / trials
    return at_once, confirmed_share


def main() -> None:
    """Print the table of docs/statistics.md."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--trials", type=int, default=4000)
    trials = parser.parse_args().trials
    print("| rule | rounds | stopped at once | confirmed |")
    print("| --- | --- | ---: | ---: |")
    for rule in RULES:
        for name, draw in DISTRIBUTIONS.items():
            shares = coverage(rule, draw, trials)
            at_once, confirmed = (100 * share for share in shares)
            print(f"| `{rule.name}` | {name} | {at_once:.1f} % | {confirmed:.1f} % |")


if __name__ == "__main__":
    main()
