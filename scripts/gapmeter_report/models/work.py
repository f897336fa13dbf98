"""The work of a call, which follows from its rates and its latency, and the jobs of a kernel."""

from __future__ import annotations

from typing import Any

import pandas as pd

_RATES = ["items_per_s", "bytes_per_s", "flops_per_s"]


def items_per_call(rows: Any) -> Any:
    """What a call of a row, or of each row of a table, processes by its job's cost, up to rounding;
    NaN where that counts no items."""
    return rows["items_per_s"] * rows["latency_ns"] * 1e-9


def grows_with_n(rows: pd.DataFrame) -> bool:
    """Whether the largest n of these rows is more work than the smallest, as far as rates tell."""
    work = rows[_RATES].mul(rows["latency_ns"] * 1e-9, axis=0).groupby(rows["n"]).max()
    # What differs by less are roundings of the rates.
    return len(work) > 0 and bool((work.iloc[-1] > 1.01 * work.iloc[0]).any())


def jobs_of(rows: pd.DataFrame) -> list[str]:
    """The jobs that these variants do, the main one, which has no name, first."""
    return sorted(rows["job"].unique())


def of_job(name: str, job: str) -> str:
    """A name with the job that is meant, where it is not the main one."""
    return f"{name} ({job})" if job else name
