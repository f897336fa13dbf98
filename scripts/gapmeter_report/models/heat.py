"""The gaps of a run by kernel and size: of the baselines, and of the best Python variants."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import pandas as pd

from gapmeter_report.loading.run import Run
from gapmeter_report.models.gaps import gap_rows
from gapmeter_report.models.series import SKIPPED
from gapmeter_report.models.subjects import sized_subjects
from gapmeter_report.models.work import of_job


class Grid(NamedTuple):
    """Gaps by kernel and job and by power of 4, NaN where none is; and why none is."""

    title: str
    gaps: np.ndarray
    marks: np.ndarray


class HeatGrids(NamedTuple):
    """What the heat map shows: grids of the same kernels, each of their jobs, and powers of 4."""

    grids: list[Grid]
    names: list[str]
    bins: list[int]


def heat_grids(run: Run) -> HeatGrids | None:
    """The gap over kernels and sizes, of the baseline and of the best Python variant."""
    kernels = [subject.kernel for subject in sized_subjects(run)]
    python = gap_rows(run.summary)
    python = python[python["kernel"].isin([kernel.name for kernel in kernels])]
    python = python.assign(bin=[_bin(n) for n in python["n"]])
    if not python["gap"].notna().any():
        return None
    bins = list(range(python["bin"].min(), python["bin"].max() + 1))
    baselines = python["kernel"].map({kernel.name: kernel.baseline for kernel in kernels})
    lines = _lines(python, [kernel.name for kernel in kernels])
    grids = [
        _grid("baseline: what people write first", python[python["variant"] == baselines],
              lines, bins),
        _grid("the best Python variant at each size", python, lines, bins),
    ]
    return HeatGrids(grids, [of_job(*line) for line in lines], bins)


def _lines(python: pd.DataFrame, kernels: list[str]) -> list[tuple[str, str]]:
    """Each kernel with its main job and, below that, its others."""
    others = {line for line in zip(python["kernel"], python["job"]) if line[1]}
    return [
        (name, job) for name in kernels
        for job in ("", *sorted(job for kernel, job in others if kernel == name))
    ]


def _bin(n: int) -> int:
    return round(math.log(max(n, 1), 4))


def _grid(
    title: str, rows: pd.DataFrame, lines: list[tuple[str, str]], bins: list[int]
) -> Grid:
    """The smallest gap at the size nearest to the bin's, where several sizes share one."""
    gaps = np.full((len(lines), len(bins)), np.nan)
    marks = np.full(gaps.shape, "", dtype=object)
    for (kernel, job, power), part in rows.groupby(["kernel", "job", "bin"]):
        place = lines.index((kernel, job)), power - bins[0]
        measured = part[part["gap"].notna() & (part["status"] == "ok")]
        if len(measured):
            distance = (np.log(measured["n"].clip(lower=1)) - power * math.log(4)).abs()
            gaps[place] = measured.loc[distance == distance.min(), "gap"].min()
        else:
            marks[place] = "–" if (part["status"] == SKIPPED).all() else "×"
    return Grid(title, gaps, marks)
