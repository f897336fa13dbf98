"""The headline of a kernel: its baseline, which is what people write first, and its best Python."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pandas as pd

from gapmeter_report.loading.run_json import Kernel
from gapmeter_report.models.gaps import gap_rows, gap_series, why_no_gap
from gapmeter_report.models.series import SKIPPED, Failure, Series, failures_of
from gapmeter_report.models.subjects import Subject
from gapmeter_report.models.work import grows_with_n


@dataclass(frozen=True)
class Headline:
    """Baseline and best Python variant of a kernel, what gave no result, and how many cells.

    Both do the kernel's main job, and `grows` says whether that is more work at larger n.
    """

    kernel: Kernel
    baseline: Series | None
    best: Series | None
    failures: list[Failure]
    failed_cells: int
    skipped_cells: int
    empty: str
    grows: bool

    def shown(self) -> list[tuple[str, Series]]:
        """The lines, each with its role; one line if a variant has both."""
        if self.best is None:
            return []
        if self.baseline is self.best:
            return [("baseline = best", self.best)]
        baseline = [("baseline", self.baseline)] if self.baseline is not None else []
        return [*baseline, ("best", self.best)]


def headline(rows: pd.DataFrame, subject: Subject) -> Headline:
    """What to say of a kernel first: best is the smallest gap of its main job at its largest n."""
    main = rows[rows["job"] == ""]
    python = gap_rows(main)
    series = gap_series(python, subject.looks)
    if main["threads"].nunique() > 1:
        series = [_with_single_thread(line) for line in series]
    # With several numbers of threads, the fewest: the baseline is what people write first.
    baseline = min(
        (s for s in series if s.variant == subject.kernel.baseline),
        key=lambda s: s.threads, default=None,
    )
    best = min(series, key=lambda s: (-s.n[-1], s.value[-1]), default=None)
    shown = {subject.kernel.baseline, best.variant if best else None}
    return Headline(
        kernel=subject.kernel,
        baseline=baseline,
        best=best,
        failures=[f for f in failures_of(python, subject.looks) if f.variant in shown],
        failed_cells=int((~rows["status"].isin(("ok", SKIPPED))).sum()),
        skipped_cells=int((rows["status"] == SKIPPED).sum()),
        empty="no gap: " + why_no_gap(python),
        grows=grows_with_n(main),
    )


def _with_single_thread(line: Series) -> Series:
    """Where there are several numbers of threads, a single one does not go without saying."""
    return replace(line, label=f"{line.label} ×1") if line.threads == 1 else line
