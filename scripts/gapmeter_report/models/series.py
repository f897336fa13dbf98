"""The series of a chart, made from rows: what is drawn as a line, and what has no value."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from gapmeter_report.models.looks import Look, Looks
from gapmeter_report.models.work import of_job

SKIPPED = "skipped"


@dataclass(frozen=True)
class Series:
    """One line: a variant with a number of threads, at the sizes where it has the value.

    `n`, `value`, `low` and `high` are arrays of one length, by rising n; `low` and `high`, the
    interval, are NaN where there is none. Values have the unit of the column they come from.
    `absent` are the sizes at which it was run without giving that value. `growth` says how it grows
    with n, `growth_interval` how sure that is, and `growth_range` where, if not everywhere.
    `other_speeds` are n and value of what a cell took in fewer of its rounds; `mixed` are the sizes
    whose value is of a disturbed machine, too.
    """

    variant: str
    threads: int
    label: str
    look: Look
    n: np.ndarray
    value: np.ndarray
    low: np.ndarray
    high: np.ndarray
    absent: np.ndarray
    note: str = ""
    growth: str = ""
    growth_interval: str = ""
    growth_range: str = ""
    other_speeds: tuple[tuple[int, float], ...] = ()
    mixed: tuple[int, ...] = ()

    def value_at(self, n: int) -> float:
        """Its value at one of its sizes."""
        return float(self.value[np.flatnonzero(self.n == n)[0]])


@dataclass(frozen=True)
class Failure:
    """The cells of a series that gave no value, and what became of them.

    `skipped` are those that were not tried, which is nobody's fault.
    """

    variant: str
    label: str
    look: Look
    n: np.ndarray
    statuses: tuple[str, ...]
    skipped: np.ndarray

    @property
    def said(self) -> str:
        """What became of the cells."""
        return f": {', '.join(self.statuses)}"


def series_label(variant: str, threads: int, job: str = "") -> str:
    """The name of a series; a single thread and the main job go without saying."""
    return of_job(variant if threads == 1 else f"{variant} ×{threads}", job)


def sizes_of(entries: Iterable[Series | Failure]) -> np.ndarray:
    """The sizes at which any of these is drawn, rising."""
    parts = [entry.n for entry in entries]
    return np.unique(np.concatenate(parts)) if parts else np.array([])


def series_of(
    rows: pd.DataFrame,
    column: str,
    looks: Looks,
    interval: tuple[str, str] | None = None,
    note: Callable[[pd.DataFrame, str], str] | None = None,
    scale: float = 1.0,
) -> list[Series]:
    """A line for each variant and number of threads that has a value in this column.

    `interval` names the columns of its confidence interval; `note` makes, from the rows of a line
    and the column, what is said beside its name.
    """
    measured = rows[(rows["status"] == "ok") & (rows[column] > 0)].sort_values("n", kind="stable")
    planned = rows.groupby(["variant", "threads"])["n"]
    found = []
    for (variant, threads), part in _in_file_order(measured, rows):
        nothing = np.full(len(part), np.nan)
        low, high = (part[c].to_numpy() for c in interval) if interval else (nothing, nothing)
        found.append(Series(
            variant=variant,
            threads=threads,
            label=series_label(variant, threads, part["job"].iloc[0]),
            look=looks.of(variant, threads),
            n=part["n"].to_numpy(),
            value=part[column].to_numpy() * scale,
            low=low * scale,
            high=high * scale,
            absent=np.setdiff1d(planned.get_group((variant, threads)), part["n"]),
            note=note(part, column) if note else "",
        ))
    return found


def failures_of(rows: pd.DataFrame, looks: Looks) -> list[Failure]:
    """The cells without a result of each variant and number of threads that has any."""
    failed = rows[rows["status"] != "ok"].sort_values("n", kind="stable")
    return [
        Failure(
            variant=variant,
            label=series_label(variant, threads, part["job"].iloc[0]),
            look=looks.of(variant, threads),
            n=part["n"].to_numpy(),
            statuses=tuple(part["status"].unique()),
            skipped=part.loc[part["status"] == SKIPPED, "n"].to_numpy(),
        )
        for (variant, threads), part in _in_file_order(failed, rows)
    ]


def _in_file_order(
    part: pd.DataFrame, rows: pd.DataFrame
) -> Iterator[tuple[tuple[str, int], pd.DataFrame]]:
    """Groups of a variant and its threads, in the order in which the file first names them."""
    groups = dict(list(part.groupby(["variant", "threads"])))
    for key in rows[["variant", "threads"]].drop_duplicates().itertuples(index=False, name=None):
        if key in groups:
            yield key, groups[key]
