"""The facts around a run's numbers: where and how it was made, and what is missing from it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pandas as pd

from gapmeter_report.loading.errors import LoadError
from gapmeter_report.loading.run import Run
from gapmeter_report.loading.texts import one_line
from gapmeter_report.models import numbers
from gapmeter_report.models.numbers import format_ratio, format_size
from gapmeter_report.models.series import SKIPPED, series_label
from gapmeter_report.models.steadiness import steadiness_facts

Facts = list[tuple[str, str]]

_SECTIONS = (("machine", "Machine"), ("build", "Build"), ("python", "Python"))
# Told elsewhere on the page, in words or tables of their own.
_ELSEWHERE = ("kernels", "embedding_penalty", "readings")
# The names of run.json end in the unit, which the page writes behind the number.
_UNITS: tuple[tuple[str, Callable[[float], str]], ...] = (
    ("_bytes_per_s", lambda value: f"{numbers.format_rate(value)}B/s"),
    ("_per_s", lambda value: f"{numbers.format_rate(value)}/s"),
    ("_bytes", numbers.round_bytes),
    ("_hz", lambda value: f"{numbers.format_rate(value)}Hz"),
    ("_ns", numbers.round_time),
    ("_s", lambda value: numbers.round_time(value * 1e9)),
)


@dataclass(frozen=True)
class Missing:
    """Cells of one series that gave no result for one reason."""

    kernel: str
    label: str
    status: str
    sizes: str
    reason: str

    @property
    def skipped(self) -> bool:
        """Whether they were not tried at all."""
        return self.status == SKIPPED


def run_facts(metadata: dict[str, Any]) -> dict[str, Facts]:
    """What run.json says, as names and texts: on the machine, the build, Python, and the rest."""
    named = {key for key, _ in _SECTIONS}
    rest = {key: value for key, value in metadata.items() if key not in named}
    sections = [(title, metadata.get(key) or {}) for key, title in _SECTIONS]
    found = {title: list(_flat(value, "")) for title, value in [*sections, ("Run", rest)]}
    return {title: facts for title, facts in found.items() if facts}


def noise_facts(run: Run) -> list[str]:
    """How steady the machine was, and what embedding Python costs, as sentences."""
    return [
        *steadiness_facts(run.summary), *_throttling_sentence(run.metadata),
        *_floor_sentence(run.summary), *_penalty_sentence(run),
    ]


def missing_cells(summary: pd.DataFrame) -> list[Missing]:
    """All that was skipped or failed, the failed first, with its reason."""
    rows = summary[summary["status"] != "ok"].sort_values("n", kind="stable")
    rows = rows.assign(reason=rows["reason"].fillna(""))
    groups = rows.groupby(["kernel", "variant", "threads", "status", "reason"], sort=False)
    missing = [
        Missing(kernel, series_label(variant, threads), status, _span(part["n"]),
                one_line(reason))
        for (kernel, variant, threads, status, reason), part in groups
    ]
    return sorted(missing, key=lambda m: (m.skipped, m.kernel, m.label))


def _span(sizes: pd.Series) -> str:
    first, last = format_size(sizes.min()), format_size(sizes.max())
    return first if first == last else f"{first} to {last} ({sizes.nunique()} sizes)"


def _flat(value: Any, name: str) -> Iterator[tuple[str, str]]:
    """The leaves of nested objects, with the names that lead there."""
    if isinstance(value, dict):
        for key, inner in value.items():
            if key not in _ELSEWHERE:
                key, inner = _with_unit(key, inner)
                yield from _flat(inner, f"{name} {key}".strip())
    elif isinstance(value, list):
        items = [_entry(item) for item in value]
        if items:
            yield one_line(name), one_line("; ".join(items) if _nested(value) else " ".join(items))
    elif value is not None and value != "":
        yield one_line(name), _leaf(value)


def _with_unit(key: str, value: Any) -> tuple[str, Any]:
    """The words of a name, and its number with the unit that the name ends in."""
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        for suffix, form in _UNITS:
            if key.endswith(suffix):
                key, value = key.removesuffix(suffix), form(value)
                break
    # The name of an environment variable is one word.
    return key if key.isupper() else key.replace("_", " "), value


def _entry(item: Any) -> str:
    """An item of a list: its parts, each behind its name if it has one."""
    return ", ".join(f"{name} {text}".strip() for name, text in _flat(item, ""))


def _nested(values: list[Any]) -> bool:
    return any(isinstance(value, (dict, list)) for value in values)


def _leaf(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:.6g}" if isinstance(value, float) else one_line(str(value))


def _throttling_sentence(metadata: dict[str, Any]) -> list[str]:
    """Of a quota of processor time that was used up while the run measured."""
    throttled = metadata.get("throttled")
    if not isinstance(throttled, dict) or not throttled.get("periods"):
        return []
    waited = numbers.round_time(float(throttled.get("waited_s", 0)) * 1e9)
    return [
        f"Throttled: the control group's quota of processor time was used up "
        f"{throttled['periods']} times during the run, and processes then waited {waited} in all; "
        "give the container more processor time, or no quota, and measure again."
    ]


def _floor_sentence(summary: pd.DataFrame) -> list[str]:
    known = summary[summary["latency_p999_floor_ns"].notna() & summary["latency_p50_ns"].notna()]
    if known.empty:
        return []
    ratio = (known["latency_p999_floor_ns"] / known["latency_p50_ns"]).quantile([0, 0.5, 1])
    low, middle, high = (format_ratio(value) for value in ratio)
    return [
        f"Noise floor: this machine's interruptions alone would make the 99.9th percentile of a "
        f"call that always takes the same time {low} to {high} its median ({middle} in the median "
        f"of {len(known)} cells); a percentile near that says nothing of the variant."
    ]


def _penalty_sentence(run: Run) -> list[str]:
    penalty = (run.metadata.get("python") or {}).get("embedding_penalty")
    if not penalty:
        return []
    try:
        mean, cells = penalty["mean"], [_penalty(cell) for cell in penalty["cells"]]
        mean_told = f", {_times(mean)} in the mean" if mean is not None else ""
    except (AttributeError, KeyError, TypeError, ValueError):
        raise LoadError(
            f"{run.directory / 'run.json'}: python.embedding_penalty must have a mean and cells, "
            "each with kernel, n, and ratio or failure; correct it, or remove it to report without"
        ) from None
    if not cells:
        return []
    return [
        "Embedding penalty: how many times as long the embedded interpreter takes as the stock "
        f"one{mean_told}. {'; '.join(cells)}."
    ]


def _penalty(cell: dict[str, Any]) -> str:
    """Of one cell; with few rounds it has no interval, and without any result a reason."""
    where = f"{one_line(cell['kernel'])} at n = {format_size(cell['n'])}"
    if "ratio" not in cell:
        return f"{where}: {one_line(cell['failure'])}"
    interval = f" ({cell['low']:.2f} to {cell['high']:.2f})" if "low" in cell else ""
    return f"{where}: {_times(cell['ratio'])}{interval}"


def _times(ratio: float) -> str:
    """To the percent: a penalty is a few."""
    return f"{ratio:.2f}×"
