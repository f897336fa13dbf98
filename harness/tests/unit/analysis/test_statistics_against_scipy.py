"""The statistics of statistics.h and growth.h against NumPy's and SciPy's, on random data.

CTest names the probe, an executable that computes them, in GAPMETER_STATISTICS_PROBE.
"""

from __future__ import annotations

import json
import math
import os
import subprocess
from fractions import Fraction
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
# Intervals between order statistics cover alike whatever the distribution: test.sh --full has all.
COVERED = list(DISTRIBUTIONS) if os.environ.get("GAPMETER_FULL") == "1" else ["normal", "lognormal"]
CONFIDENCES = [0.5, 0.8, 0.9, 0.95, 0.99, 0.999]


def request(
    values: np.ndarray,
    quantiles: list[float] | None = None,
    confidence: float = 0.95,
    denominators: np.ndarray | None = None,
    base: np.ndarray | None = None,
    probabilities: list[float] | None = None,
    growth: tuple[list[int], np.ndarray] = ([], np.empty((0, 0))),
) -> dict[str, Any]:
    """One line for the probe."""
    return {
        "values": values.tolist(),
        "quantiles": quantiles or [],
        "confidence": confidence,
        "denominators": [] if denominators is None else denominators.tolist(),
        "base": [] if base is None else base.tolist(),
        "probabilities": probabilities or [],
        "growth": {"sizes": growth[0], "rounds": growth[1].tolist()},
    }


def probe(requests: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What the probe answers to each request."""
    lines = "".join(json.dumps(one) + "\n" for one in requests)
    done = subprocess.run(
        [os.environ["GAPMETER_STATISTICS_PROBE"]],
        input=lines, capture_output=True, text=True, check=True, timeout=120,
    )
    return [json.loads(line) for line in done.stdout.splitlines()]


def ranks(interval: list[float] | None, values: np.ndarray) -> tuple[int, int] | None:
    """Which order statistics of distinct values an interval's ends are, counted from 0."""
    if interval is None:
        return None
    ordered = np.sort(values)
    low, high = (int(np.searchsorted(ordered, end)) for end in interval)
    assert [ordered[low], ordered[high]] == interval, "the ends are values themselves"
    return low, high


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


@pytest.mark.parametrize("name", COVERED)
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


def exact_rank_sum_tail(m: int, n: int) -> np.ndarray:
    """P(U <= u) for every u, from counting the orders of m and n values; as floats."""
    # ways[u]: in how many orders of i and n values u pairs are inverted, by where the last one is.
    ways = {(0, j): [1] for j in range(n + 1)}
    for i in range(1, m + 1):
        ways[i, 0] = [1]
        for j in range(1, n + 1):
            counts = [0] * (i * j + 1)
            # The largest value is one of the i, above all j others, or one of the j.
            for u, count in enumerate(ways[i - 1, j]):
                counts[u + j] += count
            for u, count in enumerate(ways[i, j - 1]):
                counts[u] += count
            ways[i, j] = counts
    total = math.comb(m + n, m)
    sums = np.cumsum(np.array(ways[m, n], dtype=object))
    return np.array([float(Fraction(int(below), total)) for below in sums])


def shift(values: np.ndarray, base: np.ndarray, confidence: float) -> dict[str, Any]:
    """What the probe answers about the shift of `values` against `base`."""
    [answer] = probe([request(values, confidence=confidence, base=base)])
    return answer["rank_sum_shift"]


def left_out(interval: list[float], differences: np.ndarray) -> int:
    """How many of the smallest differences are below a symmetric interval."""
    low, high = ranks(interval, differences) or (0, 0)
    assert low == len(differences) - 1 - high, "symmetric"
    return low


def differences_of(values: np.ndarray, base: np.ndarray) -> np.ndarray:
    return np.subtract.outer(values, base).ravel()


SAMPLE_SIZES = [(1, 1), (1, 9), (2, 3), (3, 3), (4, 4), (5, 5), (4, 9), (9, 4), (9, 9), (6, 21)]


@pytest.mark.parametrize("confidence", CONFIDENCES)
@pytest.mark.parametrize(("m", "n"), [*SAMPLE_SIZES, (30, 30), (50, 50), (20, 50)])
def test_the_rank_sum_interval_is_the_narrowest_that_the_exact_test_allows(
    m: int, n: int, confidence: float
) -> None:
    rng = np.random.default_rng([7, m, n])
    values, base = rng.normal(size=m), rng.normal(size=n)
    interval = shift(values, base, confidence)["interval"]
    tail = exact_rank_sum_tail(m, n)
    if interval is None:
        assert 2 * tail[0] > 1 - confidence
        return
    rejected = left_out(interval, differences_of(values, base))
    assert 2 * tail[rejected] <= 1 - confidence + 1e-11
    is_a_point = 2 * (rejected + 1) >= m * n
    assert is_a_point or 2 * tail[rejected + 1] > 1 - confidence


@pytest.mark.parametrize(("m", "n"), [(4, 4), (5, 5), (4, 9), (9, 9), (6, 21)])
def test_scipys_exact_test_rejects_shifts_outside_the_rank_sum_interval_alone(
    m: int, n: int
) -> None:
    rng = np.random.default_rng([8, m, n])
    values, base = rng.lognormal(size=m), rng.lognormal(size=n)
    confidence = 0.95
    low, high = shift(values, base, confidence)["interval"]
    nudge = 1e-9

    def p_value(of_shift: float) -> float:
        test = stats.mannwhitneyu(values - of_shift, base, method="exact")
        return float(test.pvalue)

    for inside, outside in ((low + nudge, low - nudge), (high - nudge, high + nudge)):
        assert p_value(outside) <= 1 - confidence < p_value(inside)


@pytest.mark.parametrize(("m", "n"), [(51, 9), (9, 51), (51, 51), (100, 60)])
@pytest.mark.parametrize("confidence", [0.9, 0.95, 0.99])
def test_the_rank_sum_interval_of_many_values_is_that_of_the_normal_approximation(
    m: int, n: int, confidence: float
) -> None:
    rng = np.random.default_rng([9, m, n])
    values, base = rng.normal(size=m), rng.normal(size=n)
    low, high = shift(values, base, confidence)["interval"]
    nudge = 1e-9

    def p_value(of_shift: float) -> float:
        test = stats.mannwhitneyu(values - of_shift, base, method="asymptotic")
        return float(test.pvalue)

    for inside, outside in ((low + nudge, low - nudge), (high - nudge, high + nudge)):
        assert p_value(outside) <= 1 - confidence < p_value(inside)


def test_the_approximation_continues_the_exact_interval() -> None:
    rng = np.random.default_rng(10)
    values, base = rng.normal(size=51), rng.normal(size=51)
    rejected = left_out(shift(values, base, 0.99)["interval"], differences_of(values, base))
    tail = exact_rank_sum_tail(51, 51)
    assert 0.009 < 2 * tail[rejected] <= 0.01, "a little too wide, which does no harm"


@pytest.mark.parametrize(("m", "n"), [*SAMPLE_SIZES, (60, 7)])
def test_the_estimate_is_the_median_of_all_differences(m: int, n: int) -> None:
    rng = np.random.default_rng([11, m, n])
    values, base = rng.standard_cauchy(m), rng.standard_cauchy(n)
    expected = np.median(differences_of(values, base))
    assert shift(values, base, 0.95)["value"] == pytest.approx(expected, rel=1e-12)


def test_swapping_the_samples_mirrors_the_shift() -> None:
    rng = np.random.default_rng(12)
    values, base = rng.normal(size=9), rng.normal(size=7)
    there, back = shift(values, base, 0.95), shift(base, values, 0.95)
    assert there["value"] == pytest.approx(-back["value"])
    assert there["interval"] == pytest.approx([-end for end in reversed(back["interval"])])


@pytest.mark.parametrize("name", COVERED)
@pytest.mark.parametrize(("m", "n"), [(4, 4), (9, 9), (9, 21), (51, 51)])
def test_the_rank_sum_interval_covers_the_shift_as_often_as_it_says(
    name: str, m: int, n: int
) -> None:
    rng = np.random.default_rng([13, m, n])
    repetitions, true_shift = 1000, 3.0
    answers = probe(
        [
            request(DISTRIBUTIONS[name](rng, m) + true_shift, base=DISTRIBUTIONS[name](rng, n))
            for _ in range(repetitions)
        ]
    )
    intervals = [answer["rank_sum_shift"]["interval"] for answer in answers]
    covered = sum(low <= true_shift <= high for low, high in intervals) / repetitions
    tail = exact_rank_sum_tail(m, n)
    expected = 1 - 2 * tail[np.searchsorted(2 * tail, 0.05, side="right") - 1]
    deviation = np.sqrt(expected * (1 - expected) / repetitions)
    assert covered == pytest.approx(expected, abs=5 * deviation + 0.001)


def test_equal_values_have_no_shift_and_an_interval_without_width() -> None:
    answer = shift(np.full(9, 4.0), np.full(9, 4.0), 0.99)
    assert answer == {"value": 0, "interval": [0, 0]}


def test_normal_quantiles_are_scipys() -> None:
    at = [1e-12, 1e-6, 0.001, 0.025, 0.1, 0.3, 0.5, 0.7, 0.975, 0.999375, 0.99999, 1 - 1e-9]
    [answer] = probe([request(np.array([1.0]), probabilities=at)])
    assert answer["normal_quantiles"] == pytest.approx(stats.norm.ppf(at).tolist(), abs=1e-6)
    assert answer["normal_quantiles"][2:8] == pytest.approx(
        stats.norm.ppf(at[2:8]).tolist(), abs=1e-9
    )


def noisy_power_law(
    rng: np.random.Generator, sizes: list[int], rounds: int, exponent: float
) -> np.ndarray:
    """A line of rounds for each size, with noise that rounds share and noise of their own."""
    law = np.array(sizes, dtype=float)[:, None] ** exponent
    return law * rng.lognormal(0, 0.5, rounds) * rng.lognormal(0, 0.2, (len(sizes), rounds))


@pytest.mark.parametrize("exponent", [-0.5, 0.0, 0.3, 1.0, 2.0])
@pytest.mark.parametrize("rounds", [1, 5, 6, 9, 21])
@pytest.mark.parametrize("count", [2, 3, 11])
def test_the_growth_exponent_is_the_median_of_scipys_slopes(
    exponent: float, rounds: int, count: int
) -> None:
    rng = np.random.default_rng([14, rounds, count])
    sizes = [16 * 3**i for i in range(count)]
    values = noisy_power_law(rng, sizes, rounds, exponent)
    [answer] = probe([request(np.array([1.0]), growth=(sizes, values))])
    slopes = np.array(
        [stats.linregress(np.log(sizes), np.log(one_round)).slope for one_round in values.T]
    )
    expected = interpolated(slopes, 0.95)
    assert answer["growth_exponent"]["value"] == pytest.approx(np.median(slopes), abs=1e-10)
    if expected is None:
        assert rounds < 6 and answer["growth_exponent"]["interval"] is None
    else:
        assert answer["growth_exponent"]["interval"] == pytest.approx(expected, abs=1e-8)


def test_a_single_size_has_no_growth_exponent() -> None:
    [answer] = probe([request(np.array([1.0]), growth=([16], np.ones((1, 9))))])
    assert answer["growth_exponent"] is None


def welch_degrees(a: float, b: float, of_a: int, of_b: int) -> int:
    """Of Yuen's test, rounded down."""
    return max(1, int((a + b) ** 2 / (a**2 / (of_a - 1) + b**2 / (of_b - 1))))


def winsorized(values: np.ndarray) -> np.ndarray:
    return np.asarray(stats.mstats.winsorize(values, limits=(0.2, 0.2)))


def left(values: np.ndarray) -> int:
    return len(values) - 2 * (len(values) // 5)


def squared_error(values: np.ndarray) -> float:
    """Of a trimmed mean."""
    h = left(values)
    return float(np.sum((winsorized(values) - winsorized(values).mean()) ** 2) / (h * (h - 1)))


def test_student_quantiles_are_scipys() -> None:
    at = [0.001, 0.025, 0.3, 0.5, 0.8, 0.95, 0.975, 0.995, 0.9999]
    [answer] = probe([request(np.ones(1), probabilities=at)])
    expected = [stats.t.ppf(p, degrees) for p in at for degrees in (1, 2, 3, 7, 40)]
    assert answer["student_quantiles"] == pytest.approx(expected, rel=1e-7, abs=1e-9)


@pytest.mark.parametrize("name", DISTRIBUTIONS)
def test_trimmed_means_and_their_intervals_are_scipys(name: str) -> None:
    rng = np.random.default_rng(11)
    data = [DISTRIBUTIONS[name](rng, count) for count in COUNTS]
    for values, answer in zip(data, probe([request(values) for values in data]), strict=True):
        scale = float(np.max(np.abs(values)))
        centre = stats.trim_mean(values, 0.2)
        assert answer["trimmed_mean"] == pytest.approx(centre, rel=1e-12, abs=1e-13 * scale)
        if len(values) < 3:
            assert answer["trimmed_mean_interval"] is None
            continue
        margin = stats.t.ppf(0.975, left(values) - 1) * np.sqrt(squared_error(values))
        assert answer["trimmed_mean_interval"] == pytest.approx(
            [centre - margin, centre + margin], rel=1e-7, abs=1e-8 * scale
        )


@pytest.mark.parametrize("counts", [(3, 3), (5, 8), (8, 8), (20, 7)])
def test_independent_trimmed_intervals_are_yuens(counts: tuple[int, int]) -> None:
    rng = np.random.default_rng(12)
    a, b = (rng.normal(10, 1 + i, count) for i, count in enumerate(counts))
    [answer] = probe([request(a, base=b)])
    parts = squared_error(a), squared_error(b)
    degrees = welch_degrees(*parts, left(a), left(b))
    margin = stats.t.ppf(0.975, degrees) * np.sqrt(sum(parts))
    centre = stats.trim_mean(a, 0.2) - stats.trim_mean(b, 0.2)
    assert answer["independent_trimmed_interval"] == pytest.approx(
        [centre - margin, centre + margin], rel=1e-7
    )


def test_paired_trimmed_intervals_are_by_hand() -> None:
    a, b = np.array([1.0, 2, 3, 4, 50]), np.array([1.0, 1, 3, 2, 5])
    [answer] = probe([request(a, denominators=b)])
    # Winsorized: 2 2 3 4 4 and 1 1 3 2 3; sums of squares 4 and 4, of products 3.
    error = np.sqrt((4 + 4 - 2 * 3) / (3 * 2))
    margin = stats.t.ppf(0.975, 2) * error
    assert answer["paired_trimmed_interval"] == pytest.approx([1 - margin, 1 + margin], rel=1e-7)


@pytest.mark.parametrize("count", [6, 8, 20])
def test_paired_trimmed_intervals_cover_the_difference_as_often_as_they_say(count: int) -> None:
    rng = np.random.default_rng(13)
    repetitions, covered = 3000, 0
    drift = rng.normal(0, 5, (repetitions, count))
    pairs = [(drift[i] + 3 + rng.normal(0, 1, count), drift[i] + rng.normal(0, 2, count))
             for i in range(repetitions)]
    for answer in probe([request(a, denominators=b) for a, b in pairs]):
        low, high = answer["paired_trimmed_interval"]
        covered += low <= 3 <= high
    assert covered / repetitions == pytest.approx(0.95, abs=0.03)


@pytest.mark.parametrize("counts", [(8, 16), (8, 8), (24, 9)])
def test_partly_paired_trimmed_intervals_cover_the_difference_too(counts: tuple[int, int]) -> None:
    rng = np.random.default_rng(14)
    repetitions, covered, halves = 3000, 0, []
    samples = []
    for _ in range(repetitions):
        drift = rng.normal(0, 2, max(counts))
        a, b = (drift[:count] + rng.normal(0, 1 + i, count) for i, count in enumerate(counts))
        samples.append((a + 3, b))
    for answer in probe([request(a, denominators=b) for a, b in samples]):
        low, high = answer["paired_trimmed_interval"]
        covered += low <= 3 <= high
        halves.append((high - low) / 2)
    assert covered / repetitions == pytest.approx(0.95, abs=0.03)
    apart = [
        (high - low) / 2
        for low, high in (
            answer["independent_trimmed_interval"]
            for answer in probe([request(a, base=b) for a, b in samples])
        )
    ]
    assert np.median(halves) < np.median(apart), "what they share cancels"
