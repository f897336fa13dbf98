"""How steady the machine and the cells were: what a latency can't say by itself, in words."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pandas as pd

from gapmeter_report.loading.texts import one_line
from gapmeter_report.models.numbers import format_ratio, format_size, format_time
from gapmeter_report.models.series import series_label

# A disturbed gap that is nearer than this is the same gap.
_NOTABLE = 1.05


def notes_of(row: Any) -> Iterator[str]:
    """What the table says of a cell below its figure."""
    if not pd.isna(row.state) and row.state == "mixed":
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
    speeds = [speed.split(":") for speed in str(row.speeds).split()]
    each = ", ".join(
        f"{format_time(float(latency))} in {rounds}{' rounds' if i == 0 else ''}"
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
    """How much of the time nothing disturbed the run, and what that did to its cells, as sentences."""
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
            f"Of {len(mixed)} of {len(probed)} cells too few slices were undisturbed, so that their "
            f"figures mix both states of the machine and decide nothing: {_named(mixed)}."
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
