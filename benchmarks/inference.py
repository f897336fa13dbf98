"""What figures of rounds tell: the interval of a median, and the tests that other tools make.

Not a program: the programs here share it.
"""

from __future__ import annotations

import functools

import numpy as np
from scipy import stats


@functools.cache
def rank_and_way(count: int, confidence: float) -> tuple[int, float] | None:
    """The innermost rank whose interval has the confidence, and the way from it to the next one."""
    coverage = [1 - 2 * stats.binom.cdf(rank, count, 0.5) for rank in range(count // 2 + 1)]
    enough = [rank for rank in range(count // 2) if coverage[rank] >= confidence]
    if not enough:
        return None
    rank = max(enough)
    share = (coverage[rank] - confidence) / (coverage[rank] - coverage[rank + 1])
    depth = rank + 1
    return rank, (count - depth) * share / (depth + (count - 2 * depth) * share)


def median_interval(values: np.ndarray, confidence: float) -> tuple[float, float]:
    """The interval of Hettmansperger and Sheather, as harness/base/statistics.cpp has it."""
    found = rank_and_way(len(values), confidence)
    if found is None:
        return 0.0, float("inf")
    rank, way = found
    ordered = np.sort(values)
    low = ordered[rank] + way * (ordered[rank + 1] - ordered[rank])
    high = ordered[-1 - rank] + way * (ordered[-2 - rank] - ordered[-1 - rank])
    return float(low), float(high)


def verdict_of(p_value: float, base: np.ndarray, new: np.ndarray) -> str:
    """What a test at 5 % says."""
    if not p_value < 0.05:
        return "same"
    return "slower" if np.mean(new) > np.mean(base) else "faster"


def t_test(base: np.ndarray, new: np.ndarray) -> str:
    """As pyperf compares: Student's two-sample test."""
    return verdict_of(stats.ttest_ind(new, base).pvalue, base, new)


def u_test(base: np.ndarray, new: np.ndarray) -> str:
    """As Google Benchmark's compare.py does, which wants repetitions enough."""
    if len(base) < 3:
        return "same"
    return verdict_of(stats.mannwhitneyu(new, base).pvalue, base, new)


def paired_trimmed_ratio(
    numerator: np.ndarray, denominator: np.ndarray, confidence: float
) -> tuple[float, tuple[float, float]]:
    """A ratio of trimmed means with Yuen's interval over pairs, as harness/base/statistics.cpp."""
    a, b = np.log(numerator), np.log(denominator)
    cut = len(a) // 5
    left = len(a) - 2 * cut
    centre = stats.trim_mean(a, 0.2) - stats.trim_mean(b, 0.2)
    difference = winsorized(a, cut) - winsorized(b, cut)
    squares = float(np.sum((difference - difference.mean()) ** 2))
    margin = stats.t.ppf((1 + confidence) / 2, left - 1) * np.sqrt(squares / (left * (left - 1)))
    low, high = np.exp(centre - margin), np.exp(centre + margin)
    return float(np.exp(centre)), (float(low), float(high))


def winsorized(values: np.ndarray, cut: int) -> np.ndarray:
    """With the lowest and highest `cut` values moved to the nearest that is left."""
    ordered = np.sort(values)
    return np.clip(values, ordered[cut], ordered[len(values) - 1 - cut])
