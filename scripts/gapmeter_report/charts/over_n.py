"""What the charts of a kernel over n share: title, axis, and the marks of the caches.

Whatever was planned is shown: failed cells are marked, and a chart without any measurement says so.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from gapmeter_report.drawing.linechart import Words, line_chart
from gapmeter_report.drawing.panels import Panel, size_axis
from gapmeter_report.drawing.rendering import Chart
from gapmeter_report.loading.run_json import Kernel
from gapmeter_report.models.caches import Mark, cache_marks, marks_note
from gapmeter_report.models.subjects import Subject
from gapmeter_report.models.work import items_per_call


def chart_over_n(
    panels: list[Panel], rows: pd.DataFrame, subject: Subject, words: Words, marks: list[Mark]
) -> Chart:
    """The panels of a kernel over its n, with the title and the notes that `words` begin."""
    sizes = np.unique(np.concatenate([panel.sizes() for panel in panels]))
    title = f"{subject.kernel.title}: {words.title} against n"
    words = words._replace(title=title, notes=(*marks_note(marks), *words.notes))
    axis = size_axis(_x_label(rows, subject.kernel), sizes)
    return line_chart(panels, words, axis, subject.footer, marks)


def cache_marks_of(rows: pd.DataFrame, subject: Subject, panel: Panel) -> list[Mark]:
    """Where the working set outgrows each cache; nowhere in an empty panel."""
    return cache_marks(rows, subject.caches) if panel.series else []


def _x_label(rows: pd.DataFrame, kernel: Kernel) -> str:
    """n has the kernel's unit only where it counts the items, which the rates tell."""
    ratio = (items_per_call(rows) / rows["n"]).dropna()
    counted = len(ratio) > 0 and abs(ratio.median() - 1) < 0.01
    unit = f" ({kernel.item}s)" if kernel.item and counted else ""
    return f"input size n{unit}"
