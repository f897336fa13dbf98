"""The facts around a run's numbers: where and how it was made, and what is missing from it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pandas as pd

import style
from loading import Run, one_line
from series import SKIPPED

Facts = list[tuple[str, str]]

_SECTIONS = (("machine", "Machine"), ("build", "Build"), ("python", "Python"))
# Told elsewhere on the page, in words or tables of their own.
_ELSEWHERE = ("kernels", "embedding_penalty")


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
    return [*_floor_sentence(run.summary), *_penalty_sentences(run.metadata)]


def missing_cells(summary: pd.DataFrame) -> list[Missing]:
    """All that was skipped or failed, the failed first, with its reason."""
    rows = summary[summary["status"] != "ok"].sort_values("n", kind="stable")
    groups = rows.groupby(["kernel", "variant", "threads", "status", "reason"], sort=False)
    missing = [
        Missing(kernel, style.series_label(variant, threads), status, _span(part["n"]),
                one_line(reason))
        for (kernel, variant, threads, status, reason), part in groups
    ]
    return sorted(missing, key=lambda m: (m.skipped, m.kernel, m.label))


def _span(sizes: pd.Series) -> str:
    first, last = style.format_size(sizes.min()), style.format_size(sizes.max())
    return first if first == last else f"{first} to {last} ({sizes.nunique()} sizes)"


def _flat(value: Any, name: str) -> Iterator[tuple[str, str]]:
    """The leaves of nested objects, with the names that lead there."""
    if isinstance(value, dict):
        for key, inner in value.items():
            if key not in _ELSEWHERE:
                yield from _flat(inner, f"{name} {key}".replace("_", " ").strip())
    elif isinstance(value, list):
        items = [_entry(item) for item in value]
        if items:
            yield one_line(name), one_line("; ".join(items) if _nested(value) else " ".join(items))
    elif value is not None and value != "":
        yield one_line(name), _leaf(value)


def _entry(item: Any) -> str:
    """An item of a list: its parts, each behind its name if it has one."""
    return ", ".join(f"{name} {text}".strip() for name, text in _flat(item, ""))


def _nested(values: list[Any]) -> bool:
    return any(isinstance(value, (dict, list)) for value in values)


def _leaf(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:.6g}" if isinstance(value, float) else one_line(str(value))


def _floor_sentence(summary: pd.DataFrame) -> list[str]:
    known = summary[summary["latency_p999_floor_ns"].notna() & summary["latency_p50_ns"].notna()]
    if known.empty:
        return []
    ratio = (known["latency_p999_floor_ns"] / known["latency_p50_ns"]).quantile([0, 0.5, 1])
    low, middle, high = (style.format_ratio(value) for value in ratio)
    return [
        f"Noise floor: this machine's interruptions alone would make the 99.9th percentile of a "
        f"call that always takes the same time {low} to {high} its median ({middle} in the median "
        f"of {len(known)} cells); a percentile near that says nothing of the variant."
    ]


def _penalty_sentences(metadata: dict[str, Any]) -> list[str]:
    python = metadata.get("python") or {}
    penalty = python.get("embedding_penalty") or {}
    cells = penalty.get("cells") if isinstance(penalty, dict) else None
    if not isinstance(cells, list) or not cells:
        return []
    listed = "; ".join(_entry(cell) for cell in cells)
    mean = penalty.get("mean")
    said = f", {_leaf(mean)} in the mean" if mean is not None else ""
    return [
        one_line("Embedding penalty: how many times as long the embedded interpreter takes as the "
                 f"stock one{said} ({listed}).")
    ]
