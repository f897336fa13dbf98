"""Loads a result directory: its tables, and how, where and with what it was made.

summary.csv (one row per cell) and run.json have to be there; rounds.csv, latency.csv, metrics.csv,
growth.csv, lanes.csv and servers.csv are empty tables where they are not. Strict, as tables.py is.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from gapmeter_report.loading import schemas
from gapmeter_report.loading.errors import LoadError
from gapmeter_report.loading.run_json import (
    Environment, Kernel, environment_of, kernels_of, read_run_json,
)
from gapmeter_report.loading.tables import Schema, read_table, read_table_if_there


@dataclass(frozen=True)
class Run:
    """A loaded result directory; the columns of its frames are those of docs/results.md.

    `summary` has a row for each kernel, variant, n and number of threads; `quantiles`, `metrics`,
    `growth`, `lanes` and `servers` are latency.csv, metrics.csv, growth.csv, lanes.csv and
    servers.csv. Times are in ns,
    memory is in bytes. Texts are of dtype string, numbers int64, Int64 or float64, flags boolean;
    what is absent is NA or NaN. `metadata` is all of run.json, as it was read.
    """

    directory: Path
    summary: pd.DataFrame
    quantiles: pd.DataFrame
    metrics: pd.DataFrame
    growth: pd.DataFrame
    lanes: pd.DataFrame
    servers: pd.DataFrame
    kernels: dict[str, Kernel]
    environment: Environment
    metadata: dict[str, Any]

    @cached_property
    def rounds(self) -> pd.DataFrame:
        """rounds.csv, a row for each worker process; read when it is first asked for.

        Raises LoadError where it cannot be used.
        """
        return _read_beside(self.summary, self.directory / "rounds.csv", schemas.ROUNDS)

    @property
    def denominator(self) -> str:
        """What gaps are over: "fastest compiled", "fastest rust", "rust/zipped"."""
        against = self.metadata.get("against") or "compiled"
        return against if "/" in against else f"fastest {against}"

    def rows(self, kernel: str) -> pd.DataFrame:
        """The summary rows of one kernel; none if it left none."""
        return self.summary[self.summary["kernel"] == kernel]


def load(directory: str | Path) -> Run:
    """Load a result directory, the DIR of `gapmeter run --out DIR`.

    Raises LoadError, with a message of one line that names the file and the row, where anything
    does not fit: a chart of a damaged file would look as convincing as one of a good file.
    """
    directory = Path(directory)
    if not directory.is_dir():
        raise LoadError(f"{directory}: no such directory; give the DIR of `gapmeter run --out DIR`")
    path = directory / "run.json"
    metadata = read_run_json(path)
    kernels = kernels_of(metadata, path)
    summary = read_table(directory / "summary.csv", schemas.SUMMARY)
    for name in summary["kernel"].unique():
        kernels.setdefault(name, Kernel(name=name, title=name))
    return Run(
        directory=directory,
        summary=summary,
        quantiles=_read_beside(summary, directory / "latency.csv", schemas.LATENCY),
        metrics=_read_beside(summary, directory / "metrics.csv", schemas.METRICS),
        growth=_read_beside(summary, directory / "growth.csv", schemas.GROWTH),
        lanes=_read_beside(summary, directory / "lanes.csv", schemas.LANES),
        servers=_read_beside(summary, directory / "servers.csv", schemas.SERVERS),
        kernels=kernels,
        environment=environment_of(metadata, path),
        metadata=metadata,
    )


def _read_beside(summary: pd.DataFrame, path: Path, schema: Schema) -> pd.DataFrame:
    """A table whose series are those of the summary: it must not be that of another run."""
    table = read_table_if_there(path, schema)
    names = ["kernel", "variant", "threads"]
    known = set(summary[names].itertuples(index=False, name=None))
    for series in table[names].drop_duplicates().itertuples(index=False, name=None):
        if series not in known:
            kernel, variant, threads = series
            raise LoadError(
                f"{path}: {kernel} {variant} with threads {threads} is not in summary.csv; write "
                f"both again with `gapmeter summarize {path.parent}`"
            )
    return table
