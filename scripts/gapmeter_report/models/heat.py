"""The gaps of a run by kernel and size: of the baselines, and of the best Python variants."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import pandas as pd

from gapmeter_report.loading.run import Run
from gapmeter_report.loading.run_json import Kernel
from gapmeter_report.models.gaps import gap_rows
from gapmeter_report.models.series import SKIPPED


class Grid(NamedTuple):
    """Gaps by kernel and power of 4, NaN where none is; and why none is."""

    title: str
    gaps: np.ndarray
    marks: np.ndarray


class HeatGrids(NamedTuple):
    """What the heat map shows: grids of the same kernels and powers of 4."""

    grids: list[Grid]
    kernels: list[Kernel]
    bins: list[int]


def heat_grids(run: Run) -> HeatGrids | None:
    """The gap over kernels and sizes, of the baseline and of the best Python variant."""
    python = gap_rows(run.summary)
    python = python.assign(bin=[_bin(n) for n in python["n"]])
    if not python["gap"].notna().any():
        return None
    bins = list(range(python["bin"].min(), python["bin"].max() + 1))
    kernels = list(run.kernels.values())
    baselines = python["kernel"].map({kernel.name: kernel.baseline for kernel in kernels})
    grids = [
        _grid("baseline: what people write first", python[python["variant"] == baselines],
              kernels, bins),
        _grid("the best Python variant at each size", python, kernels, bins),
    ]
    return HeatGrids(grids, kernels, bins)


def _bin(n: int) -> int:
    return round(math.log(max(n, 1), 4))


def _grid(title: str, rows: pd.DataFrame, kernels: list[Kernel], bins: list[int]) -> Grid:
    """The smallest gap at the size nearest to the bin's, where several sizes share one."""
    gaps = np.full((len(kernels), len(bins)), np.nan)
    marks = np.full(gaps.shape, "", dtype=object)
    places = {kernel.name: place for place, kernel in enumerate(kernels)}
    for (kernel, power), part in rows.groupby(["kernel", "bin"]):
        place = places[kernel], power - bins[0]
        measured = part[part["gap"].notna() & (part["status"] == "ok")]
        if len(measured):
            distance = (np.log(measured["n"].clip(lower=1)) - power * math.log(4)).abs()
            gaps[place] = measured.loc[distance == distance.min(), "gap"].min()
        else:
            marks[place] = "–" if (part["status"] == SKIPPED).all() else "×"
    return Grid(title, gaps, marks)
