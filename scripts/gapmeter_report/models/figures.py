"""The tables of figures in the report: what was measured, and what variants say of themselves."""

from __future__ import annotations

from typing import Any, NamedTuple

import pandas as pd

from gapmeter_report.models.numbers import format_metric, format_ratio, format_size, format_time
from gapmeter_report.models.series import series_label
from gapmeter_report.models.steadiness import notes_of


class CellFigures(NamedTuple):
    """The latency of a cell with its interval and gap, or why there is none."""

    latency: str = ""
    interval: str = ""
    gap: str = ""
    status: str = ""
    notes: tuple[str, ...] = ()


def figures_of(rows: pd.DataFrame) -> dict[str, Any]:
    """The table of a kernel: for each size a line with the cell of each series, if it has one.

    Series of one job, which are those that gaps compare, stand together.
    """
    cells = {(row.n, row.variant, row.threads): _figure(row) for row in rows.itertuples()}
    jobs = {(row.variant, row.threads): row.job for row in rows.itertuples()}
    series = sorted(jobs, key=lambda key: jobs[key])
    return {
        "names": [series_label(*key, jobs[key]) for key in series],
        "lines": [
            (format_size(n), [cells.get((n, *key)) for key in series])
            for n in sorted(rows["n"].unique())
        ],
    }


def _figure(row: Any) -> CellFigures:
    """What the table says of a cell."""
    if row.status != "ok":
        return CellFigures(status=row.status)
    interval = gap = ""
    if not pd.isna(row.latency_ci_low_ns) and not pd.isna(row.latency_ci_high_ns):
        low, high = (format_time(t) for t in (row.latency_ci_low_ns, row.latency_ci_high_ns))
        interval = f"{low} to {high}"
    if not pd.isna(row.gap):
        gap = format_ratio(row.gap)
    return CellFigures(format_time(row.latency_ns), interval, gap, notes=tuple(notes_of(row)))


def reported_by(rows: pd.DataFrame) -> dict[str, Any]:
    """The table of what a kernel's variants report: for each metric and series its medians."""
    medians = {
        (row.metric, series_label(row.variant, row.threads), row.n): row.median
        for row in rows.itertuples()
    }
    sizes = sorted(rows["n"].unique())
    return {
        "sizes": [format_size(n) for n in sizes],
        "lines": [
            (*series, [
                format_metric(medians[*series, n]) if (*series, n) in medians else ""
                for n in sizes
            ])
            for series in sorted({(metric, label) for metric, label, _ in medians})
        ],
    }
