"""The answer that a run gives: how large the gap is, where it matters, what helps without native.

For each kernel and in a few sentences over all of them, computed from the rows and growth.csv.
"""

from __future__ import annotations

from dataclasses import dataclass
from statistics import median
from typing import NamedTuple

import numpy as np
import pandas as pd

from gapmeter_report.loading.run import Run
from gapmeter_report.loading.run_json import Kernel
from gapmeter_report.models.growth import between, crossovers
from gapmeter_report.models.headline import headline
from gapmeter_report.models.numbers import (
    format_ratio, format_size, round_ratio, round_time,
)
from gapmeter_report.models.series import Series
from gapmeter_report.models.subjects import Subject, sized_subjects

# A call that loses less is not worth a thought.
MUCH_TIME_NS = 1e6


@dataclass(frozen=True)
class Answer:
    """What a run says about one kernel; None is what it does not say.

    `large_from`: from where on the baseline's gap is certainly large. `costs_from`: from
    where on a call of the baseline takes longer than the native one by MUCH_TIME_NS. `overtakes`:
    where the best variant overtakes the baseline. `grows`: whether larger n are more work.
    """

    kernel: Kernel
    baseline: Series | None
    best: Series | None
    large_from: int | None
    costs_from: int | None
    overtakes: str
    grows: bool

    @property
    def always_large(self) -> bool:
        """Whether the gap is large at every size that was measured."""
        return self.baseline is not None and self.large_from == self.baseline.n[0]


def answers_of(run: Run, large_gap: float) -> list[Answer]:
    """The answer for each kernel whose n is a size, in the run's order."""
    return [
        _answer(run.rows(subject.kernel.name), subject, large_gap)
        for subject in sized_subjects(run)
    ]


def sentences(answers: list[Answer], large_gap: float, denominator: str) -> list[str]:
    """The answer over all kernels with a gap, which is over this variant; none of servers alone."""
    if not answers:
        return []
    compared = [answer for answer in answers if answer.best is not None]
    if not compared:
        return ["No Python variant of this run could be compared with a native one."]
    return [
        _how_large(compared, denominator), _where(compared, large_gap),
        _what_else(compared, large_gap),
    ]


def place_text(series: Series) -> str:
    """Where its gap is, at the series' largest n, and its interval: n = 4Mi, 27 to 29×."""
    place = f"n = {format_size(series.n[-1])}"
    low, high = series.low[-1], series.high[-1]
    if not np.isfinite(low) or not np.isfinite(high):
        return place
    return f"{place}, {format_ratio(low).rstrip('×')} to {format_ratio(high)}"


# One kernel


def _answer(rows: pd.DataFrame, subject: Subject, large_gap: float) -> Answer:
    head = headline(rows, subject)
    baseline = head.baseline
    return Answer(
        kernel=subject.kernel,
        baseline=baseline,
        best=head.best,
        large_from=_from_where(baseline.n, _floor(baseline) > large_gap) if baseline else None,
        costs_from=_costs_from(rows, baseline) if baseline else None,
        overtakes=_overtakes(subject.growth, baseline, head.best),
        grows=head.grows,
    )


def _floor(series: Series) -> np.ndarray:
    """The low end of the interval, or the value where there is none."""
    return np.where(np.isfinite(series.low), series.low, series.value)


def _costs_from(rows: pd.DataFrame, baseline: Series) -> int | None:
    own = rows[(rows["variant"] == baseline.variant) & (rows["threads"] == baseline.threads)]
    latency = own.set_index("n")["latency_ns"].loc[baseline.n].to_numpy()
    return _from_where(baseline.n, latency * (1 - 1 / baseline.value) >= MUCH_TIME_NS)


def _from_where(sizes: np.ndarray, holds: np.ndarray) -> int | None:
    """The smallest size from which on it holds at all sizes."""
    start = len(sizes)
    while start and holds[start - 1]:
        start -= 1
    return int(sizes[start]) if start < len(sizes) else None


def _overtakes(growth: pd.DataFrame, baseline: Series | None, best: Series | None) -> str:
    if baseline is None or best is None:
        return "–"
    if best is baseline:
        return "is the baseline"
    rows = crossovers(growth)
    against = rows[
        (rows["variant"] == best.variant) & (rows["threads"] == best.threads)
        & (rows["against"] == baseline.variant) & (rows["faster_beyond"] == best.variant)
    ]
    if len(against):
        return f"from n {between(against.iloc[-1])} on"
    first = min(baseline.n[0], best.n[0])
    both_first = baseline.n[0] == best.n[0] and best.value[0] < baseline.value[0]
    return f"from n = {format_size(first)} on" if both_first else "–"


# All kernels


class _Gap(NamedTuple):
    """A kernel's gap at its own largest n."""

    value: float
    where: str
    grows: bool


def _how_large(answers: list[Answer], denominator: str) -> str:
    baselines = [_gap(answer, answer.baseline) for answer in answers if answer.baseline is not None]
    bests = [_gap(answer, answer.best) for answer in answers if answer.best is not None]
    return " ".join(
        f"{who} {_range(gaps)} the time of the {denominator} variant of the same job"
        f"{_middle(gaps)}."
        for who, gaps in (
            ("Each kernel at its own largest n, the Python that people write first takes",
             baselines),
            ("The best Python variant takes", bests),
        ) if gaps
    )


def _gap(answer: Answer, series: Series) -> _Gap:
    where = f"{answer.kernel.name}, n = {format_size(series.n[-1])}"
    return _Gap(series.value[-1], where, answer.grows)


def _range(gaps: list[_Gap]) -> str:
    low, high = min(gaps), max(gaps)
    first = f"{format_ratio(low.value)} ({low.where})"
    return first if len(gaps) == 1 else f"{first} to {format_ratio(high.value)} ({high.where})"


def _middle(gaps: list[_Gap]) -> str:
    """Over the kernels that have a large n: of the others, such as an empty call, a gap is the
    price of a call, and no member of the same population."""
    growing = [gap.value for gap in gaps if gap.grows]
    if len(growing) < 2:
        return ""
    middle = format_ratio(median(growing))
    return f", {middle} in the median of the {len(growing)} kernels whose work grows with n"


def _where(answers: list[Answer], large_gap: float) -> str:
    named = [answer for answer in answers if answer.baseline is not None]
    limit = round_ratio(large_gap)
    always = sum(answer.always_large for answer in named)
    words = f"The baseline's gap is above {limit} at every size in {always} of {len(named)} kernels"
    later = [a.large_from for a in named if a.large_from is not None and not a.always_large]
    if later:
        words += f", and in {len(later)} more from {_sizes(later)}"
    costs = [answer.costs_from for answer in named if answer.costs_from is not None]
    much = round_time(MUCH_TIME_NS)
    if not costs:
        return f"{words}; it never costs {much} a call at the sizes measured."
    return f"{words}; it costs {much} or more a call in {len(costs)}, from {_sizes(costs)}."


def _sizes(sizes: list[int]) -> str:
    low, high = format_size(min(sizes)), format_size(max(sizes))
    return f"n = {low} on" if low == high else f"n = {low} on at the earliest, {high} at the latest"


def _what_else(answers: list[Answer], large_gap: float) -> str:
    limit = round_ratio(large_gap)
    other = sum(a.baseline is not None and a.best is not a.baseline for a in answers)
    close = sum(a.best is not None and a.best.value[-1] <= large_gap for a in answers)
    return (
        "Without leaving Python, another variant is faster than the baseline at its largest n in "
        f"{other} of {len(answers)} kernels; in {close} the best one is within {limit} of native."
    )
