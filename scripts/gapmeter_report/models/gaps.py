"""The gap between Python and native in the rows: which have one, against what, and why not."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd

from gapmeter_report.loading.lanes import PYTHON, lane_names
from gapmeter_report.models.looks import Looks
from gapmeter_report.models.numbers import format_size
from gapmeter_report.models.series import Series, series_of

_NO_NATIVE = "no native result"


def gap_rows(rows: pd.DataFrame) -> pd.DataFrame:
    """The Python rows; one that ran but had nothing to be compared with counts as failed here."""
    python = rows[rows["lane"].isin(lane_names(PYTHON))].copy()
    alone = (python["status"] == "ok") & python["gap"].isna()
    python.loc[alone, "status"] = _NO_NATIVE
    return python


def gap_series(
    python: pd.DataFrame, looks: Looks, note: Callable[[pd.DataFrame, str], str] | None = None
) -> list[Series]:
    """The gap of each Python variant, with its interval."""
    return series_of(python, "gap", looks, ("gap_ci_low", "gap_ci_high"), note)


def why_no_gap(python: pd.DataFrame) -> str:
    """What to say where there is no gap at all."""
    return "nothing to compare" if len(python) else "no Python variant was run"


def reference_phrase(rows: pd.DataFrame, denominator: str) -> str:
    """The compiled variants that the gaps are against, and over which sizes each was."""
    compared = rows[(rows["status"] == "ok") & rows["gap"].notna() & rows["reference"].notna()]
    names = compared.sort_values("n")[["n", "reference"]].drop_duplicates()
    if names["n"].duplicated().any():
        return f"several compiled variants: {', '.join(sorted(names['reference'].unique()))}"
    spans: list[tuple[str, int]] = []
    for n, name in names.itertuples(index=False):
        if spans and spans[-1][0] == name:
            spans.pop()
        spans.append((name, n))
    if len(spans) <= 1:
        return "".join(name for name, _ in spans)
    if len(spans) <= 3:
        parts = [f"{name} up to n = {format_size(n)}" for name, n in spans[:-1]]
        listed = f"{', '.join(parts)}, then {spans[-1][0]}"
    else:
        listed = ", ".join(sorted({name for name, _ in spans}))
    return f"the {denominator} variant: {listed}"
