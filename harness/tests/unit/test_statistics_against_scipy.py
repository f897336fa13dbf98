"""The statistics of harness/results/statistics.h against NumPy's and SciPy's, on random data.

CTest names the probe, an executable that computes them, in GAPMETER_STATISTICS_PROBE.
"""

from __future__ import annotations

import json
import os
import subprocess
from typing import Any, Callable

import numpy as np
import pytest
from scipy import stats

Draw = Callable[[np.random.Generator, int], np.ndarray]

DISTRIBUTIONS: dict[str, Draw] = {
    "normal": lambda rng, n: rng.normal(100, 3, n),
    "uniform": lambda rng, n: rng.uniform(-1, 1, n),
    "exponential": lambda rng, n: rng.exponential(2, n),
    "lognormal": lambda rng, n: rng.lognormal(0, 2, n),
    "cauchy": lambda rng, n: rng.standard_cauchy(n),
}
MEDIANS = {
    "normal": 100.0,
    "uniform": 0.0,
    "exponential": 2 * np.log(2),
    "lognormal": 1.0,
    "cauchy": 0.0,
}
COUNTS = [1, 2, 3, 5, 6, 7, 8, 9, 10, 20, 21, 50, 99, 100, 1000]
CONFIDENCES = [0.5, 0.8, 0.9, 0.95, 0.99, 0.999]


def request(
    values: np.ndarray,
    quantiles: list[float] | None = None,
    confidence: float = 0.95,
    denominators: np.ndarray | None = None,
) -> dict[str, Any]:
    """One line for the probe."""
    return {
        "values": values.tolist(),
        "quantiles": quantiles or [],
        "confidence": confidence,
        "denominators": [] if denominators is None else denominators.tolist(),
    }


def probe(requests: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What the probe answers to each request."""
    lines = "".join(json.dumps(one) + "\n" for one in requests)
    done = subprocess.run(
        [os.environ["GAPMETER_STATISTICS_PROBE"]],
        input=lines, capture_output=True, text=True, check=True, timeout=120,
    )
    return [json.loads(line) for line in done.stdout.splitlines()]


def coverage(rank: int, count: int) -> float:
    """The probability that [x(rank), x(count-1-rank)], counted from 0, covers the median."""
    return float(1 - 2 * stats.binom.cdf(rank, count, 0.5))


@pytest.mark.parametrize("name", DISTRIBUTIONS)
def test_mean_and_median_are_numpys(name: str) -> None:
    rng = np.random.default_rng(1)
    data = [DISTRIBUTIONS[name](rng, count) for count in COUNTS]
    for values, answer in zip(data, probe([request(values) for values in data]), strict=True):
        scale = float(np.max(np.abs(values)))
        assert answer["mean"] == pytest.approx(np.mean(values), rel=1e-12, abs=1e-13 * scale)
        assert answer["median"] == pytest.approx(np.median(values), rel=1e-12, abs=1e-13 * scale)


@pytest.mark.parametrize("name", DISTRIBUTIONS)
def test_quantiles_are_numpys(name: str) -> None:
    rng = np.random.default_rng(2)
    data = [DISTRIBUTIONS[name](rng, count) for count in COUNTS]
    at = [0.0, 0.001, 0.1, 0.25, 1 / 3, 0.5, 0.9, 0.99, 0.999, 1.0] + rng.uniform(0, 1, 20).tolist()
    for values, answer in zip(data, probe([request(values, at) for values in data]), strict=True):
        scale = float(np.max(np.abs(values)))
        expected = np.quantile(values, at).tolist()
        assert answer["quantiles"] == pytest.approx(expected, rel=1e-12, abs=1e-13 * scale)


def interpolated(values: np.ndarray, confidence: float) -> tuple[float, float] | None:
    """The interval of Hettmansperger and Sheather, from SciPy's binomial distribution."""
    count, ordered = len(values), np.sort(values)
    enough = [rank for rank in range(count // 2) if coverage(rank, count) >= confidence - 1e-12]
    if not enough:
        return None
    rank = max(enough)
    wide, narrow = coverage(rank, count), coverage(rank + 1, count)
    share, depth = (wide - confidence) / (wide - narrow), rank + 1
    inwards = (count - depth) * share / (depth + (count - 2 * depth) * share)
    low = ordered[rank] + inwards * (ordered[rank + 1] - ordered[rank])
    high = ordered[-1 - rank] + inwards * (ordered[-2 - rank] - ordered[-1 - rank])
    return float(low), float(high)


@pytest.mark.parametrize("confidence", CONFIDENCES)
def test_the_median_interval_is_interpolated_between_order_statistics(confidence: float) -> None:
    rng = np.random.default_rng(3)
    counts = list(range(1, 120)) + [500, 999, 1000, 1001, 2000]
    data = [rng.normal(size=count) for count in counts]
    answers = probe([request(values, confidence=confidence) for values in data])
    for values, answer in zip(data, answers, strict=True):
        expected = interpolated(values, confidence)
        if expected is None:
            assert answer["median_interval"] is None
        else:
            assert answer["median_interval"] == pytest.approx(expected, rel=1e-6, abs=1e-9)


@pytest.mark.parametrize("name", DISTRIBUTIONS)
@pytest.mark.parametrize("count", [6, 8, 9, 12, 20, 51])
def test_the_median_interval_covers_the_median_as_often_as_it_says(name: str, count: int) -> None:
    rng = np.random.default_rng(4)
    repetitions = 4000
    data = [DISTRIBUTIONS[name](rng, count) for _ in range(repetitions)]
    answers = probe([request(values) for values in data])
    intervals = [answer["median_interval"] for answer in answers]
    covered = sum(low <= MEDIANS[name] <= high for low, high in intervals) / repetitions
    # Five standard deviations of the count, and a percent for the interpolation.
    assert covered == pytest.approx(0.95, abs=0.01 + 5 * np.sqrt(0.95 * 0.05 / repetitions))


def test_the_paired_ratio_is_the_median_of_log_ratios() -> None:
    rng = np.random.default_rng(5)
    pairs = [(rng.lognormal(3, 1, count), rng.lognormal(0, 1, count)) for count in COUNTS]
    answers = probe([request(top, denominators=bottom) for top, bottom in pairs])
    for (top, bottom), answer in zip(pairs, answers, strict=True):
        logs = np.log(top / bottom)
        ratio = answer["paired_ratio"]
        assert ratio["ratio"] == pytest.approx(np.exp(np.median(logs)), rel=1e-12)
        [of_logs] = probe([request(logs)])
        if of_logs["median_interval"] is None:
            assert ratio["interval"] is None
        else:
            expected = np.exp(of_logs["median_interval"]).tolist()
            assert ratio["interval"] == pytest.approx(expected, rel=1e-12)


def test_noise_that_both_share_cancels_in_the_paired_ratio() -> None:
    rng = np.random.default_rng(6)
    drift = rng.lognormal(0, 1, 200)
    [answer] = probe([request(7 * drift, denominators=drift)])
    assert answer["paired_ratio"]["ratio"] == pytest.approx(7)
    assert answer["paired_ratio"]["interval"] == pytest.approx([7, 7])
