"""The charts of gapmeter: pure functions from summary rows to a figure with its alternative text.

Per kernel: latency, gap, throughput and memory against n; for a run: one overview of all gaps. All
axes are logarithmic. Whatever was planned is shown: a failed cell is a × in a strip below the
lines, at its n and in its variant's colour, its line is interrupted there, and a chart without any
measurement says so. Series are named at their line ends; only if there are too many for that does a
key below the axes name them.

Figures are laid out by hand in points (1/72 inch): the sizes of everything are known, and asking
matplotlib to find a tight layout would cost more time than drawing.
"""

from __future__ import annotations

import html
import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Any, NamedTuple

import matplotlib
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle
from matplotlib.ticker import NullLocator
from matplotlib.transforms import Affine2D

import style
from loading import Cache, Environment, Kernel, Run
from style import LINE_HEIGHT, PYTHON_LANE, SMALL_SIZE, TEXT_SIZE, WIDTH, Look, Looks

PNG_DPI = 120

_LEFT, _EDGE, _TOP, _BOTTOM = 62.0, 10.0, 56.0, 60.0
_PANEL_HEIGHTS = {1: 255.0, 2: 165.0}
_EMPTY_HEIGHT = 70.0
_PANEL_SPACE = 16.0
_MOST_LABELS = 30
_STRIP_ROW = 12.0
_LEADER, _SWATCH, _SPACE = 18.0, 20.0, 4.0
_LABEL_WIDTH = 190.0
_LONG_LEADER = 60.0
_NO_NATIVE = "no native result"


class Box(NamedTuple):
    """A rectangle in points from the bottom left corner of the figure."""

    left: float
    bottom: float
    width: float
    height: float

    @property
    def right(self) -> float:
        return self.left + self.width

    @property
    def top(self) -> float:
        return self.bottom + self.height


@dataclass(frozen=True)
class Chart:
    """A figure, and the words for those who cannot see it."""

    figure: Figure
    title: str
    alt: str


@dataclass(frozen=True)
class Subject:
    """What the charts of a kernel need beside its rows."""

    kernel: Kernel
    looks: Looks
    caches: tuple[Cache, ...] = ()
    footer: str = ""


@dataclass(frozen=True)
class Series:
    """One line: a variant with a number of threads, at the sizes where it has the value.

    `absent` are the sizes at which it was run without giving that value.
    """

    variant: str
    label: str
    look: Look
    n: np.ndarray
    value: np.ndarray
    low: np.ndarray
    high: np.ndarray
    absent: np.ndarray
    note: str = ""

    @property
    def text(self) -> str:
        """The label at the line's end."""
        said = f"  {self.note}" if self.note else ""
        return style.fit_name(self.label, said, _LABEL_WIDTH)


@dataclass(frozen=True)
class Failure:
    """The cells of a series that gave no value, and what became of them."""

    variant: str
    label: str
    look: Look
    n: np.ndarray
    statuses: tuple[str, ...]

    @property
    def text(self) -> str:
        """The label of its row in the strip."""
        return style.fit_name(self.label, self.said, _LABEL_WIDTH)

    @property
    def said(self) -> str:
        """What became of the cells."""
        return f": {', '.join(self.statuses)}"


class Words(NamedTuple):
    """What a chart says beside its data."""

    what: str
    subtitle: str
    alt: str


@dataclass(frozen=True)
class Panel:
    """What one pair of axes shows."""

    y_label: str
    series: list[Series]
    failures: list[Failure]
    format: Callable[[float], str]
    ticks: Callable[[float, float], list[float]] = style.decimal_ticks
    empty: str = "No variant has a value here."
    parity: bool = False
    strip_name: str = "failed ×"

    @property
    def strip(self) -> float:
        """The height of the strip of failed cells."""
        return len(self.failures) * _STRIP_ROW + 4 if self.failures else 0.0

    def sizes(self) -> np.ndarray:
        """The sizes at which anything is drawn."""
        return _sizes([*self.series, *self.failures])


def _sizes(entries: Iterable[Series | Failure]) -> np.ndarray:
    parts = [entry.n for entry in entries]
    return np.unique(np.concatenate(parts)) if parts else np.array([])


@dataclass(frozen=True)
class Scale:
    """A logarithmic axis."""

    low: float
    high: float

    def fraction(self, value: float) -> float:
        """Where a value lies, from 0 at the low end to 1 at the high end."""
        return math.log(value / self.low) / math.log(self.high / self.low)

    def with_room_below(self, share: float) -> Scale:
        """The same range in the upper part of the axis, `share` of which stays free below."""
        return Scale(self.low / (self.high / self.low) ** (share / (1 - share)), self.high)


# The charts of a kernel


@matplotlib.rc_context(style.RC)
def latency_chart(rows: pd.DataFrame, subject: Subject) -> Chart:
    """Latency of a call against n, every variant, with its interval."""
    interval = ("latency_ci_low_ns", "latency_ci_high_ns")
    panel = Panel(
        y_label="latency per call",
        series=_series(rows, "latency_ns", subject.looks, interval),
        failures=_failures(rows, subject.looks),
        format=style.format_time,
        empty="No variant finished: there is no latency to show.",
    )
    words = Words("latency", "time of one call, every variant", _latency_alt(panel))
    return _kernel_chart([panel], rows, subject, words, _marks(rows, subject, panel))


@matplotlib.rc_context(style.RC)
def gap_chart(rows: pd.DataFrame, subject: Subject) -> Chart:
    """Gap of every Python variant against n, with its interval and the line of parity."""
    python = _gap_rows(rows)
    panel = Panel(
        y_label="gap: Python time / native time",
        series=_series(python, "gap", subject.looks, ("gap_ci_low", "gap_ci_high"), _gap_note),
        failures=_failures(python, subject.looks),
        format=style.format_ratio_tick,
        empty=f"No gap: {_why_no_gap(python)}.",
        parity=True,
        strip_name="no gap ×",
    )
    reference = reference_phrase(python)
    words = Words(
        "gap", f"compared with {reference}" if reference else "", _gap_alt(panel, reference)
    )
    return _kernel_chart([panel], rows, subject, words, _marks(rows, subject, panel))


@matplotlib.rc_context(style.RC)
def throughput_chart(rows: pd.DataFrame, subject: Subject) -> Chart:
    """Items and bytes per second against n; what the kernel does not count is left out."""
    failures = _failures(rows, subject.looks)
    panels = [
        Panel(f"throughput [{subject.kernel.item or 'item'}/s]",
              _series(rows, "items_per_s", subject.looks), failures, style.format_rate),
        Panel("bandwidth [GB/s]", _series(rows, "bytes_per_s", subject.looks, scale=1e-9),
              failures, style.format_number),
    ]
    shown = [panel for panel in panels if panel.series]
    if not shown:
        shown = [Panel("throughput", [], failures, style.format_rate,
                       empty="This kernel counts neither items nor bytes, or none was measured.")]
    words = Words("throughput", "work done per second; higher is better", _extremes_alt(shown))
    return _kernel_chart(shown, rows, subject, words, _marks(rows, subject, shown[0]))


@matplotlib.rc_context(style.RC)
def rss_chart(rows: pd.DataFrame, subject: Subject) -> Chart:
    """Resident memory over the process's baseline against n: holding the inputs, and at peak."""
    looks, failures = subject.looks, _failures(rows, subject.looks)
    note = _bytes_per_item(subject.kernel.item)
    panels = [
        Panel("inputs held [RSS added]", _series(rows, "rss_input_bytes", looks, note=note),
              failures, style.format_bytes, _byte_ticks),
        Panel("peak in a call [RSS added]", _series(rows, "rss_peak_bytes", looks, note=note),
              failures, style.format_bytes, _byte_ticks),
    ]
    shown = [panel for panel in panels if panel.series]
    if not shown:
        shown = [Panel("RSS added", [], failures, style.format_bytes,
                       empty="No increment reached the resolution of 1 MiB.")]
    subtitle = (
        "resident memory (RSS) over the process's baseline, from 1 MiB on; labels: at the largest n"
    )
    words = Words("memory", subtitle, _extremes_alt(shown))
    return _kernel_chart(shown, rows, subject, words, marks=[])


KERNEL_CHARTS: dict[str, Callable[[pd.DataFrame, Subject], Chart]] = {
    "latency": latency_chart,
    "gap": gap_chart,
    "throughput": throughput_chart,
    "rss": rss_chart,
}


def subjects(run: Run) -> list[Subject]:
    """The kernels of a run, in its order, with the looks that all their charts share."""
    summary = run.summary
    variants = [run.rows(name)["variant"].unique() for name in run.kernels]
    # Baselines first: in most charts the same colour then means "what people write first".
    favoured = [k.baseline for k in run.kernels.values() if k.baseline is not None]
    looks = Looks(variants, favoured, summary["threads"].unique())
    footer = footer_text(run.environment)
    caches = run.environment.caches
    return [Subject(kernel, looks, caches, footer) for kernel in run.kernels.values()]


def footer_text(environment: Environment) -> str:
    """Where the numbers come from, so that a chart can be published by itself."""
    python = environment.python_version
    return " · ".join([
        environment.cpu or "CPU not recorded",
        f"Python {python}" if python else "Python version not recorded",
        environment.started[:10] if environment.started else "date not recorded",
        "gapmeter",
    ])


def cache_marks(rows: pd.DataFrame, caches: Iterable[Cache]) -> list[tuple[str, float]]:
    """The n at which the working set outgrows each cache, for those within the measured sizes."""
    known = rows[(rows["working_set_bytes"] > 0) & (rows["n"] > 0)]
    sizes = known.groupby("n")["working_set_bytes"].median()
    marks = []
    for cache in caches:
        for (n, fits), (larger, exceeds) in zip(sizes.items(), list(sizes.items())[1:]):
            if fits <= cache.size_bytes < exceeds:
                share = math.log(cache.size_bytes / fits) / math.log(exceeds / fits)
                marks.append((f"L{cache.level}", n * (larger / n) ** share))
                break
    return marks


def reference_phrase(rows: pd.DataFrame) -> str:
    """The native variants that the gaps are against, and over which sizes each was."""
    compared = rows[(rows["status"] == "ok") & rows["gap"].notna() & (rows["reference"] != "")]
    names = compared.sort_values("n")[["n", "reference"]].drop_duplicates()
    if names["n"].duplicated().any():
        return f"several native variants: {', '.join(sorted(names['reference'].unique()))}"
    spans: list[tuple[str, int]] = []
    for n, name in names.itertuples(index=False):
        if spans and spans[-1][0] == name:
            spans.pop()
        spans.append((name, n))
    if len(spans) <= 1:
        return "".join(name for name, _ in spans)
    if len(spans) <= 3:
        parts = [f"{name} up to n = {style.format_size(n)}" for name, n in spans[:-1]]
        listed = f"{', '.join(parts)}, then {spans[-1][0]}"
    else:
        listed = ", ".join(sorted({name for name, _ in spans}))
    return f"the fastest native variant: {listed}"


# From rows to series


def _gap_rows(rows: pd.DataFrame) -> pd.DataFrame:
    """The Python rows; one that ran but had nothing to be compared with counts as failed here."""
    python = rows[rows["lane"] == PYTHON_LANE].copy()
    alone = (python["status"] == "ok") & python["gap"].isna()
    python.loc[alone, "status"] = _NO_NATIVE
    return python


def _series(
    rows: pd.DataFrame,
    column: str,
    looks: Looks,
    interval: tuple[str, str] | None = None,
    note: Callable[[pd.DataFrame, str], str] | None = None,
    scale: float = 1.0,
) -> list[Series]:
    measured = rows[(rows["status"] == "ok") & (rows[column] > 0)].sort_values("n", kind="stable")
    planned = rows.groupby(["variant", "threads"])["n"]
    found = []
    for (variant, threads), part in _in_file_order(measured, rows):
        nothing = np.full(len(part), np.nan)
        low, high = (part[c].to_numpy() for c in interval) if interval else (nothing, nothing)
        found.append(Series(
            variant=variant,
            label=style.series_label(variant, threads),
            look=looks.of(variant, threads),
            n=part["n"].to_numpy(),
            value=part[column].to_numpy() * scale,
            low=low * scale,
            high=high * scale,
            absent=np.setdiff1d(planned.get_group((variant, threads)), part["n"]),
            note=note(part, column) if note else "",
        ))
    return found


def _failures(rows: pd.DataFrame, looks: Looks) -> list[Failure]:
    failed = rows[rows["status"] != "ok"].sort_values("n", kind="stable")
    return [
        Failure(
            variant=variant,
            label=style.series_label(variant, threads),
            look=looks.of(variant, threads),
            n=part["n"].to_numpy(),
            statuses=tuple(part["status"].unique()),
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


def _gap_note(part: pd.DataFrame, column: str) -> str:
    return style.format_ratio(part[column].iloc[-1])


def _bytes_per_item(item: str | None) -> Callable[[pd.DataFrame, str], str]:
    """Bytes per item at the largest n. n is not always the number of items (think of matrices);
    what a call processes follows from its rate and its latency."""

    def note(part: pd.DataFrame, column: str) -> str:
        last = part.iloc[-1]
        items, name = last["items_per_s"] * last["latency_ns"] * 1e-9, item or "item"
        if not items > 0:
            items, name = last["n"], "n"
        return f"{last[column] / items:.1f} B/{name}" if items else ""

    return note


def _byte_ticks(low: float, high: float) -> list[float]:
    return style.binary_ticks(low, high, most=6)


# Alternative text


def _latency_alt(panel: Panel) -> str:
    if not panel.series:
        return panel.empty
    n, last = _at_largest_n(panel)
    words = f"At n = {style.format_size(n)} the fastest is {_said(last[0], style.format_time)}"
    if len(last) > 1:
        words += f" and the slowest {_said(last[-1], style.format_time)}"
    return words + "."


def _gap_alt(panel: Panel, reference: str) -> str:
    if not panel.series:
        return panel.empty
    n, last = _at_largest_n(panel)
    gaps = ", ".join(_said(series, style.format_ratio) for series in last)
    compared = f" Compared with {reference}." if reference else ""
    return f"At n = {style.format_size(n)} the gap is: {gaps}.{compared}"


def _extremes_alt(panels: list[Panel]) -> str:
    if not panels[0].series:
        return panels[0].empty
    words = []
    for panel in panels:
        n, last = _at_largest_n(panel)
        ends = last if len(last) < 2 else [last[-1], last[0]]
        listed = " down to ".join(_said(series, panel.format) for series in ends)
        words.append(f"{panel.y_label} at n = {style.format_size(n)}: {listed}.")
    return " ".join(words)


def _at_largest_n(panel: Panel) -> tuple[int, list[Series]]:
    """The largest n with a value, and the series that reach it, by rising value."""
    largest = max(series.n[-1] for series in panel.series)
    last = [series for series in panel.series if series.n[-1] == largest]
    return int(largest), sorted(last, key=lambda series: series.value[-1])


def _said(series: Series, form: Callable[[float], str]) -> str:
    note = f" ({series.note})" if series.note and form != style.format_ratio else ""
    return f"{series.label} {form(series.value[-1])}{note}"


def _failed_alt(failures: Iterable[Failure]) -> str:
    listed = []
    for failure in failures:
        first, last = style.format_size(failure.n[0]), style.format_size(failure.n[-1])
        span = first if first == last else f"{first} to {last} ({len(failure.n)} sizes)"
        listed.append(f"{failure.label}{failure.said} at n = {span}")
    return f" Failed: {'; '.join(listed)}." if listed else ""


# Layout


class Sheet:
    """A blank figure with title and footer, on which things are placed in points."""

    def __init__(
        self, height: float, title: str, subtitle: str, footer: str, notes: str = ""
    ) -> None:
        self.figure = Figure(figsize=(WIDTH / 72, height / 72))
        self._height = height
        self._points = Affine2D().scale(1 / 72) + self.figure.dpi_scale_trans
        width = WIDTH - 2 * _EDGE
        bold = {"size": style.TITLE_SIZE, "weight": "bold"}
        self.text(_EDGE, height - 19, style.fit(title, width, **bold), **bold)
        self.text(_EDGE, height - 33, style.fit(subtitle, width), color=style.MUTED)
        for y, line in ((18, notes), (8, footer)):
            line = style.fit(line, width, SMALL_SIZE)
            self.text(_EDGE, y, line, size=SMALL_SIZE, color=style.MUTED)

    def axes(self, box: Box, x: Scale, y: Scale) -> Axes:
        """Logarithmic axes without ticks."""
        height = self._height
        axes = self.figure.add_axes(
            (box.left / WIDTH, box.bottom / height, box.width / WIDTH, box.height / height),
            xscale="log", yscale="log", xlim=(x.low, x.high), ylim=(y.low, y.high),
        )
        for axis in (axes.xaxis, axes.yaxis):
            axis.set_minor_locator(NullLocator())
        axes.grid(True, axis="y")
        return axes

    def text(self, x: float, y: float, text: str, **options: Any) -> None:
        """Write a text with its baseline at y."""
        if text:
            self.figure.text(x, y, text, transform=self._points, **options)

    def line(self, xs: Sequence[float], ys: Sequence[float], **options: Any) -> None:
        """Draw a line."""
        self.figure.add_artist(Line2D(xs, ys, transform=self._points, **options))

    def lines(self, segments: list[list[tuple[float, float]]], **options: Any) -> None:
        """Draw straight lines, each with its own options."""
        self.figure.add_artist(LineCollection(segments, transform=self._points, **options))

    def entry(
        self, x: float, y: float, entry: Series | Failure, text: str, size: float = TEXT_SIZE
    ) -> None:
        """A sample of the line, or the × of a failure, and the name beside it."""
        if isinstance(entry, Failure):
            self.line([x + _SWATCH / 2], [y], **_cross(entry.look))
        else:
            xs = [x, x + _SWATCH / 2, x + _SWATCH]
            self.line(xs, [y] * 3, markevery=[1], **entry.look.line())
        self.text(x + _SWATCH + _SPACE, y, text, size=size, va="center_baseline")


class _Layout:
    """Where the parts of a kernel's chart go."""

    def __init__(self, panels: list[Panel]) -> None:
        self.direct = all(len(panel.series) <= _MOST_LABELS for panel in panels)
        self.key = [] if self.direct else list(_distinct(panels))
        widest = max((style.text_width(s.label) for s in self.key), default=0.0)
        self.key_columns = max(1, int((WIDTH - 2 * _EDGE) / (widest + _SWATCH + 20)))
        self.key_rows = math.ceil(len(self.key) / self.key_columns)
        bottom = _BOTTOM + (self.key_rows * LINE_HEIGHT + 6 if self.key else 0)
        width = WIDTH - _LEFT - self._right_margin(panels)
        self.boxes: list[Box] = []
        for panel in reversed(panels):
            height = self._data_height(panel, len(panels)) + panel.strip
            self.boxes.insert(0, Box(_LEFT, bottom, width, height))
            bottom = self.boxes[0].top + _PANEL_SPACE
        self.height = self.boxes[0].top + _TOP

    def _data_height(self, panel: Panel, panels: int) -> float:
        if not panel.series:
            return _EMPTY_HEIGHT
        labels = len(panel.series) * LINE_HEIGHT if self.direct else 0
        return max(_PANEL_HEIGHTS[panels], labels)

    def _right_margin(self, panels: list[Panel]) -> float:
        texts = [failure.text for panel in panels for failure in panel.failures]
        if self.direct:
            texts += [series.text for panel in panels for series in panel.series]
        if not texts:
            return 2 * _EDGE
        widest = max(style.text_width(text) for text in texts)
        return _LEADER + _SWATCH + _SPACE + widest + _EDGE


def _distinct(panels: Iterable[Panel]) -> Iterable[Series]:
    return {series.label: series for panel in panels for series in panel.series}.values()


def _kernel_chart(
    panels: list[Panel],
    rows: pd.DataFrame,
    subject: Subject,
    words: Words,
    marks: list[tuple[str, float]],
) -> Chart:
    layout = _Layout(panels)
    sizes = np.unique(np.concatenate([panel.sizes() for panel in panels]))
    title = f"{subject.kernel.title}: {words.what} against n"
    notes = " · ".join([*_interval_note(panels), *_marks_note(marks)])
    sheet = Sheet(layout.height, title, words.subtitle, subject.footer, notes)
    for panel, box in zip(panels, layout.boxes):
        axes = _draw_panel(sheet, box, panel, _x_scale(sizes), layout.direct)
        _draw_marks(axes, marks, named=panel is panels[0])
        axes.set_xticks([])
    _x_ticks(axes, layout.boxes[-1], sizes)
    axes.set_xlabel(_x_label(rows, subject.kernel), labelpad=3)
    _draw_key(sheet, layout)
    alt = f"Line chart, logarithmic axes. {words.alt}{_failed_alt(panels[0].failures)}"
    return Chart(sheet.figure, title, alt)


def _marks(rows: pd.DataFrame, subject: Subject, panel: Panel) -> list[tuple[str, float]]:
    return cache_marks(rows, subject.caches) if panel.series else []


def _marks_note(marks: list[tuple[str, float]]) -> list[str]:
    names = ", ".join(name for name, _ in marks)
    return [f"{names}: from here on the working set is larger than that cache"] if names else []


def _interval_note(panels: list[Panel]) -> list[str]:
    series = [series for panel in panels for series in panel.series]
    known = any(np.isfinite(s.low).any() and np.isfinite(s.high).any() for s in series)
    return ["band or bar: confidence interval"] if known else []


def _x_label(rows: pd.DataFrame, kernel: Kernel) -> str:
    """n has the kernel's unit only where it counts the items, which the rates tell."""
    ratio = (rows["items_per_s"] * rows["latency_ns"] * 1e-9 / rows["n"]).dropna()
    counted = len(ratio) > 0 and abs(ratio.median() - 1) < 0.01
    unit = f" [{kernel.item}]" if kernel.item and counted else ""
    return f"input size n{unit}"


def _x_scale(sizes: np.ndarray) -> Scale:
    if not len(sizes):
        return Scale(1, 10)
    low, high = _x(sizes[0]), _x(sizes[-1])
    if low == high:
        return Scale(low / 2, high * 2)
    margin = (high / low) ** 0.025
    return Scale(low / margin, high * margin)


def _x(n: float) -> float:
    """Where n is drawn: a logarithmic axis has no place for an n of 0."""
    return max(float(n), 0.5)


def _y_scale(panel: Panel) -> Scale:
    values = [np.concatenate([s.value, s.low, s.high]) for s in panel.series]
    if not values:
        return Scale(1, 10)
    known = np.concatenate([*values, [1.0] if panel.parity else []])
    known = known[np.isfinite(known)]
    low, high = known.min(), known.max()
    # A range of less than a factor of 4 would turn noise into mountains.
    widen = max(1.0, math.sqrt(4 * low / high))
    margin = max((high / low) ** 0.05, 1.1)
    return Scale(low / widen / margin, high * widen * margin)


# Drawing


def _draw_panel(sheet: Sheet, box: Box, panel: Panel, x: Scale, direct: bool) -> Axes:
    data = _y_scale(panel)
    y = data.with_room_below(panel.strip / box.height)
    axes = sheet.axes(box, x, y)
    ticks = panel.ticks(data.low, data.high) if panel.series else []
    axes.set_yticks(ticks, [panel.format(tick) for tick in ticks])
    axes.set_ylabel(panel.y_label if panel.series else "", labelpad=6)
    if panel.parity and panel.series:
        axes.axhline(1.0, color=style.INK, linewidth=0.9, zorder=1.5)
        axes.annotate("parity", (0, 1), (4, 3), xycoords=("axes fraction", "data"),
                      textcoords="offset points", size=SMALL_SIZE, color=style.MUTED)
    for series in panel.series:
        _draw_series(axes, series)
    if not panel.series:
        middle = (panel.strip + (box.height - panel.strip) / 2) / box.height
        axes.text(0.5, middle, panel.empty, transform=axes.transAxes, ha="center", va="center",
                  color=style.MUTED)
    if direct:
        _draw_labels(sheet, box, panel, x, y)
    _draw_failures(sheet, axes, box, panel)
    return axes


def _draw_series(axes: Axes, series: Series) -> None:
    # A size without a value interrupts the line: drawn through, it would look measured.
    missing = np.full(len(series.absent), np.nan)
    sizes = np.concatenate([series.n, series.absent])
    order = np.argsort(sizes)
    xs = np.maximum(sizes[order], 0.5)
    value, low, high = (
        np.concatenate([part, missing])[order] for part in (series.value, series.low, series.high)
    )
    _draw_intervals(axes, xs, low, high, series.look.colour)
    axes.plot(xs, value, label=series.label, **series.look.line())


def _draw_intervals(
    axes: Axes, xs: np.ndarray, low: np.ndarray, high: np.ndarray, colour: str
) -> None:
    """A band; and since a band needs two neighbours, a bar at a size that stands alone."""
    known = np.isfinite(low) & np.isfinite(high)
    beside = np.zeros(len(known), dtype=bool)
    beside[1:] |= known[:-1]
    beside[:-1] |= known[1:]
    if (known & beside).any():
        axes.fill_between(xs, low, high, where=known, color=colour, alpha=0.2, linewidth=0)
    alone = known & ~beside
    if alone.any():
        axes.vlines(xs[alone], low[alone], high[alone], color=colour, linewidth=2.2)


def _draw_labels(sheet: Sheet, box: Box, panel: Panel, x: Scale, y: Scale) -> None:
    """Name each line at its end, moved apart where needed and joined to its end by a thin line."""
    # From the last to the first, so that equal ends are named from the top in the file's order.
    upward = panel.series[::-1]
    ends = [box.bottom + y.fraction(s.value[-1]) * box.height for s in upward]
    low, high = box.bottom + panel.strip + LINE_HEIGHT / 2, box.top
    places = style.spread(ends, LINE_HEIGHT, min(low, high), high) or ends
    left = box.right + _LEADER
    starts = [box.left + x.fraction(_x(s.n[-1])) * box.width for s in upward]
    sheet.lines(
        [[(start + 4, end), (left - 2, place)] for start, end, place in zip(starts, ends, places)],
        colors=[series.look.colour for series in upward],
        # A long one crosses the chart and must not be taken for data.
        linestyles=[(0, (1, 3)) if left - start > _LONG_LEADER else "-" for start in starts],
        linewidths=0.6,
        alpha=0.7,
    )
    for series, place in zip(upward, places):
        sheet.entry(left, place, series, series.text)


def _draw_failures(sheet: Sheet, axes: Axes, box: Box, panel: Panel) -> None:
    """A strip below the lines with a row for each series that has failed cells."""
    if not panel.failures:
        return
    axes.add_patch(Rectangle(
        (0, 0), 1, panel.strip / box.height, transform=axes.transAxes, facecolor=style.ALERT,
        linewidth=0, zorder=0.5,
    ))
    for row, failure in enumerate(reversed(panel.failures)):
        height = 2 + (row + 0.5) * _STRIP_ROW
        _draw_crosses(axes, failure, height / box.height)
        sheet.entry(box.right + _LEADER, box.bottom + height, failure, failure.text)
    sheet.text(box.left - 6, box.bottom + panel.strip / 2, panel.strip_name, size=TEXT_SIZE,
               ha="right", va="center_baseline")


def _draw_crosses(axes: Axes, failure: Failure, height: float) -> None:
    """Mark the cells at a height given as a share of the axes."""
    xs = np.maximum(failure.n, 0.5)
    axes.plot(xs, [height] * len(xs), transform=axes.get_xaxis_transform(),
              label=f"failed {failure.label}", **_cross(failure.look))


def _cross(look: Look) -> dict[str, Any]:
    return {
        "color": look.colour, "marker": "x", "markersize": 5.5, "markeredgewidth": 1.6,
        "linestyle": "none",
    }


def _draw_marks(axes: Axes, marks: Iterable[tuple[str, float]], named: bool) -> None:
    for name, n in marks:
        axes.axvline(n, color=style.MUTED, linewidth=0.8, linestyle=(0, (1, 2)), zorder=0.8,
                     label=f"cache {name}")
        if named:
            axes.annotate(name, (n, 1), (0, 3), xycoords=("data", "axes fraction"),
                          textcoords="offset points", ha="center", size=SMALL_SIZE,
                          color=style.MUTED)


def _x_ticks(axes: Axes, box: Box, sizes: np.ndarray) -> None:
    names = [style.format_size(n) for n in sizes]
    x = _x_scale(sizes)
    places = [x.fraction(_x(n)) * box.width for n in sizes]
    kept = style.thin(places, [style.text_width(name) for name in names])
    axes.set_xticks([_x(sizes[i]) for i in kept], [names[i] for i in kept])


def _draw_key(sheet: Sheet, layout: _Layout) -> None:
    width = (WIDTH - 2 * _EDGE) / layout.key_columns
    for index, series in enumerate(layout.key):
        column, row = divmod(index, layout.key_rows)
        y = 30 + (layout.key_rows - row - 0.5) * LINE_HEIGHT
        sheet.entry(_EDGE + column * width, y, series, style.fit(series.label, width - _SWATCH))


# The overview of a run


@dataclass(frozen=True)
class Headline:
    """A kernel's part of the overview: its baseline, its best Python variant, its failed cells."""

    kernel: Kernel
    baseline: Series | None
    best: Series | None
    failures: list[Failure]
    failed_cells: int
    empty: str

    def shown(self) -> list[tuple[str, Series]]:
        """The lines, each with its role; one line if a variant has both."""
        if self.best is None:
            return []
        if self.baseline is self.best:
            return [("baseline = best", self.best)]
        baseline = [("baseline", self.baseline)] if self.baseline is not None else []
        return [*baseline, ("best", self.best)]


def headline(rows: pd.DataFrame, subject: Subject) -> Headline:
    """Choose what the overview shows of a kernel: best is the smallest gap at the largest n."""
    python = _gap_rows(rows)
    series = _series(python, "gap", subject.looks, ("gap_ci_low", "gap_ci_high"))
    baseline = next((s for s in series if s.variant == subject.kernel.baseline), None)
    best = min(series, key=lambda s: (-s.n[-1], s.value[-1]), default=None)
    shown = {subject.kernel.baseline, best.variant if best else None}
    return Headline(
        kernel=subject.kernel,
        baseline=baseline,
        best=best,
        failures=[f for f in _failures(python, subject.looks) if f.variant in shown],
        failed_cells=int((rows["status"] != "ok").sum()),
        empty="no gap: " + _why_no_gap(python),
    )


def _why_no_gap(python: pd.DataFrame) -> str:
    return "nothing to compare" if len(python) else "no Python variant was run"


_GRID_TOP, _GRID_LEFT, _GRID_SPACE, _GRID_BELOW = 48.0, 44.0, 16.0, 20.0
_HEAD, _CELL_STRIP = 40.0, 10.0


@matplotlib.rc_context(style.RC)
def overview_chart(run: Run) -> Chart:
    """The gap of every kernel of a run as small multiples on one scale."""
    headlines = [headline(run.rows(s.kernel.name), s) for s in subjects(run)]
    columns = min(4, math.ceil(math.sqrt(len(headlines))))
    rows = math.ceil(len(headlines) / columns)
    plot = {1: 200.0, 2: 130.0, 3: 95.0, 4: 78.0}[columns]
    cell = _HEAD + plot + _GRID_BELOW
    height = _GRID_TOP + rows * cell + 20
    title = "The gap between Python and native, for every kernel"
    subtitle = (
        "gap: Python time / fastest native time, against n · baseline: what people write first · "
        "best: smallest gap at the largest n"
    )
    sheet = Sheet(height, title, subtitle, footer_text(run.environment))
    width = (WIDTH - _GRID_LEFT - _EDGE - (columns - 1) * _GRID_SPACE) / columns
    y = _y_scale(Panel("", [s for h in headlines for _, s in h.shown()], [], str, parity=True))
    for index, head in enumerate(headlines):
        row, column = divmod(index, columns)
        left = _GRID_LEFT + column * (width + _GRID_SPACE)
        box = Box(left, height - _GRID_TOP - row * cell - _HEAD - plot, width, plot)
        _draw_cell(sheet, box, head, y, first=column == 0)
    return Chart(sheet.figure, title, _overview_alt(headlines))


def _draw_cell(sheet: Sheet, box: Box, head: Headline, y: Scale, first: bool) -> None:
    series = [series for _, series in head.shown()]
    sizes = _sizes([*series, *head.failures])
    axes = sheet.axes(box, _x_scale(sizes), y.with_room_below(_CELL_STRIP / box.height))
    ticks = style.decimal_ticks(y.low, y.high, most=4)
    axes.set_yticks(ticks, [style.format_ratio_tick(t) if first else "" for t in ticks])
    axes.axhline(1.0, color=style.INK, linewidth=0.8, zorder=1.5)
    for line in series:
        _draw_series(axes, line)
    for failure in head.failures:
        _draw_crosses(axes, failure, _CELL_STRIP / 2 / box.height)
    _cell_ticks(sheet, axes, box, sizes)
    _draw_head(sheet, box, head)


def _cell_ticks(sheet: Sheet, axes: Axes, box: Box, sizes: np.ndarray) -> None:
    """Only the smallest and the largest n are named: the shape is what a small chart shows."""
    axes.set_xticks([_x(n) for n in sizes], [""] * len(sizes))
    style_of = {"size": SMALL_SIZE, "color": style.MUTED}
    if len(sizes) == 1:
        name = f"n = {style.format_size(sizes[0])}"
        sheet.text(box.left + box.width / 2, box.bottom - 11, name, ha="center", **style_of)
    elif len(sizes):
        sheet.text(box.left, box.bottom - 11, f"n = {style.format_size(sizes[0])}", **style_of)
        sheet.text(box.right, box.bottom - 11, style.format_size(sizes[-1]), ha="right", **style_of)


def _draw_head(sheet: Sheet, box: Box, head: Headline) -> None:
    """The kernel's name and its heading numbers, above its small chart."""
    failed = f"{head.failed_cells} failed ×" if head.failed_cells else ""
    room = box.width - style.text_width(failed, SMALL_SIZE) - 6
    name = style.fit(head.kernel.name, room, 9.5, "bold")
    sheet.text(box.left, box.top + 29, name, size=9.5, weight="bold")
    sheet.text(box.right, box.top + 29, failed, size=SMALL_SIZE, ha="right")
    size = TEXT_SIZE if box.width > 150 else SMALL_SIZE
    lines = list(_head_lines(head))
    for line, (entry, text) in enumerate(lines):
        text = style.fit(text, box.width - _SWATCH - _SPACE, size)
        sheet.entry(box.left, box.top + 20 - 11 * line, entry, text, size)
    if not lines:
        sheet.text(box.left, box.top + 17, head.empty, size=size, color=style.MUTED)


def _head_lines(head: Headline) -> Iterator[tuple[Series | Failure, str]]:
    """At most two: a baseline that gave no gap at all says why in the place of its number."""
    failed = [f for f in head.failures if f.variant == head.kernel.baseline]
    if head.baseline is None and failed:
        name = failed[0].label.partition("/")[2]
        yield failed[0], f"baseline {name}: {', '.join(failed[0].statuses)}"
    for role, series in head.shown():
        name, reached = series.label.partition("/")[2], series.n[-1]
        early = head.best is not None and reached < head.best.n[-1]
        where = f" at {style.format_size(reached)}" if early else ""
        yield series, f"{role} {style.format_ratio(series.value[-1])}{where} {name}"


def _overview_alt(headlines: list[Headline]) -> str:
    words = [f"Small charts of the gap against n for {len(headlines)} kernels."]
    for name, chosen in (
        ("baseline Python", [(h.baseline, h.kernel.name) for h in headlines]),
        ("the best Python variant", [(h.best, h.kernel.name) for h in headlines]),
    ):
        gaps = sorted((series.value[-1], kernel) for series, kernel in chosen if series is not None)
        if gaps:
            (low, least), (high, most) = gaps[0], gaps[-1]
            words.append(
                f"At the largest n {name} takes from {style.format_ratio(low)} ({least}) to "
                f"{style.format_ratio(high)} ({most}) the time of the fastest native variant."
            )
    failed = sum(h.failed_cells for h in headlines)
    return " ".join([*words, f"{failed} cells failed."] if failed else words)


# Files


def render(chart: Chart, kind: str) -> bytes:
    """The chart as the bytes of an svg or png file; the same chart gives the same bytes."""
    buffer = BytesIO()
    options: dict[str, Any] = {"metadata": {"Title": chart.title}}
    if kind == "png":
        options["metadata"] |= {"Description": chart.alt, "Software": None}
        # The default level takes half as long again for files as large.
        options |= {"dpi": PNG_DPI, "pil_kwargs": {"compress_level": 3}}
    else:
        options["metadata"] |= {"Date": None, "Creator": "gapmeter"}
    with matplotlib.rc_context(style.RC):
        chart.figure.savefig(buffer, format=kind, **options)
    return buffer.getvalue() if kind == "png" else _described(buffer.getvalue(), chart.alt)


def _described(svg: bytes, alt: str) -> bytes:
    """Matplotlib writes <title> but has no way to write the <desc> that screen readers read."""
    description = f"</title>\n <desc>{html.escape(alt)}</desc>".encode()
    return svg.replace(b"</title>", description, 1)
