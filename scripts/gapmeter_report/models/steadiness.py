"""How steady the machine and the cells were: what a latency can't say by itself, in words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from math import log
from typing import Any

import pandas as pd

from gapmeter_report.loading.texts import one_line
from gapmeter_report.models.numbers import format_ratio, format_size, format_time
from gapmeter_report.models.series import Series, series_label

# A disturbed gap that is nearer than this is the same gap.
_NOTABLE = 1.05


def with_states(
    series: Iterable[Series], rows: pd.DataFrame, gaps: bool = False
) -> list[Series]:
    """The series of latencies or gaps, each with its cells' other speeds, and those that are mixed.

    A gap is mixed where its reference is, too.
    """
    cells = {(row.variant, row.threads, row.n): row for row in rows.itertuples()}
    return [_with_states(line, cells, gaps) for line in series]


def _with_states(line: Series, cells: dict[Any, Any], gaps: bool) -> Series:
    other_speeds, mixed = [], []
    for n, value in zip(line.n, line.value):
        cell = cells[line.variant, line.threads, n]
        other_speeds += [(n, value * other / cell.latency_ns) for other in _other_speeds(cell)]
        reference = cells.get((cell.reference, line.threads, n)) if gaps else None
        if _is_mixed(cell) or (reference is not None and _is_mixed(reference)):
            mixed.append(n)
    return replace(line, other_speeds=tuple(other_speeds), mixed=tuple(mixed))


def _other_speeds(cell: Any) -> list[float]:
    """What the cell took in those of its rounds that its latency is not of, in ns."""
    if pd.isna(cell.speeds):
        return []
    speeds = [latency for latency, _ in _speeds_of(cell)]
    speeds.remove(min(speeds, key=lambda latency: abs(log(latency / cell.latency_ns))))
    return speeds


def _speeds_of(cell: Any) -> list[tuple[float, str]]:
    """Each of its speeds in ns and in how many rounds, fastest first."""
    pairs = (speed.split(":") for speed in cell.speeds.split())
    return [(float(latency), rounds) for latency, rounds in pairs]


def _is_mixed(cell: Any) -> bool:
    return not pd.isna(cell.state) and bool(cell.state == "mixed")


def notes_of(row: Any) -> Iterator[str]:
    """What the table says of a cell below its figure."""
    if _is_mixed(row):
        yield "mixed: too few slices were undisturbed"
    if not pd.isna(row.gap) and not pd.isna(row.disturbed_gap):
        change = row.disturbed_gap / row.gap
        if max(change, 1 / change) > _NOTABLE:
            yield f"{format_ratio(row.disturbed_gap)} on a disturbed machine"
    if not pd.isna(row.speeds):
        yield speeds_text(row)
    if not pd.isna(row.drift):
        yield drift_text(row.drift)


def speeds_text(row: Any) -> str:
    """"two speeds: 11.2 µs in 4 rounds, 88.1 µs in 4 (1 page faults a call, against none)"."""
    speeds = _speeds_of(row)
    each = ", ".join(
        f"{format_time(latency)} in {rounds}{' rounds' if i == 0 else ''}"
        for i, (latency, rounds) in enumerate(speeds)
    )
    count = {2: "two", 3: "three"}.get(len(speeds), str(len(speeds)))
    reason = "" if pd.isna(row.speeds_reason) else f" ({one_line(row.speeds_reason)})"
    return f"{count} speeds: {each}{reason}"


def drift_text(drift: float) -> str:
    """What the end of a round took over its beginning."""
    percent = f"{abs(drift - 1) * 100:.0f} %"
    if drift < 1:
        return f"still warming up: {percent} faster at the end of a round"
    return f"slows down: {percent} slower at the end of a round"


def steadiness_facts(summary: pd.DataFrame) -> list[str]:
    """How much of the time nothing disturbed the run, and what that did to its cells."""
    probed = summary[summary["slices"].fillna(0) > 0]
    if probed.empty:
        return []
    share = probed["undisturbed_slices"].sum() / probed["slices"].sum()
    sentences = [
        f"Nothing else slowed the core down in {share * 100:.0f} % of the slices, by their probes."
    ]
    mixed = probed[(probed["state"] == "mixed").fillna(False)]
    if len(mixed) > 0:
        sentences.append(
            f"Of {len(mixed)} of {len(probed)} cells too few slices were undisturbed, so that "
            "their figures mix both states of the machine and decide nothing: "
            f"{_named(mixed)}."
        )
    for column, what in (("speeds", "ran at several speeds"),
                         ("drift", "had not reached a steady speed")):
        cells = probed[probed[column].notna()]
        if len(cells) > 0:
            sentences.append(f"Cells that {what}: {_named(cells)}.")
    return sentences


def _named(cells: pd.DataFrame) -> str:
    """The first few, by name."""
    most = 8
    names = [
        f"{cell.kernel} {series_label(cell.variant, cell.threads)} at n = {format_size(cell.n)}"
        for cell in cells.head(most).itertuples()
    ]
    further = f" and {len(cells) - most} more" if len(cells) > most else ""
    return ", ".join(names) + further
