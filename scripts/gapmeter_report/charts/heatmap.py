"""The heat map of a run: the gap of every kernel at every size, in one picture.

One row for each kernel and, of kernels with several jobs, for each job; on the left the baseline,
which is what people write first, on the right the best Python variant at each size. The colour
scale is logarithmic and diverges at 1.
"""

from __future__ import annotations

import math

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import Colormap, Normalize

from gapmeter_report.drawing import style
from gapmeter_report.drawing.rendering import Chart
from gapmeter_report.drawing.sheet import EDGE, Box, Sheet
from gapmeter_report.drawing.style import SMALL_SIZE, WIDTH
from gapmeter_report.drawing.text import fit, text_width
from gapmeter_report.drawing.ticks import thin_evenly
from gapmeter_report.loading.run import Run
from gapmeter_report.models.heat import Grid, heat_grids
from gapmeter_report.models.numbers import format_ratio, format_size, round_ratio, three_digits
from gapmeter_report.models.subjects import footer_text

_ROW, _TOP, _BOTTOM, _BETWEEN = 16.0, 76.0, 62.0, 14.0
_MOST_NAME, _MOST_CELL = 120.0, 40.0
_NUMBER_SIZE, _LEAST_SIZE = 6.5, 4.5
# The numbers in cells keep their colours where a page is dark, as the cells do: they are none of
# the house colours, which change (inline.py).
_DARK_NUMBER, _LIGHT_NUMBER = "#1C1C1C", "#FCFCFC"
# Purple where Python is faster, orange where native is: told apart with any colour blindness.
_COLOURS = "PuOr_r"


@matplotlib.rc_context(style.RC)
def heat_map(run: Run) -> Chart | None:
    """The gap over kernels and sizes, of the baseline and of the best Python variant."""
    heat = heat_grids(run)
    if heat is None:
        return None
    grids, names, bins = heat
    title = "The gap at a glance: every kernel at every size"
    subtitle = (
        f"gap: Python time / {run.denominator} time of the same job; orange: native is faster, "
        "purple: Python is"
    )
    notes = ["sizes: the nearest to each power of 4", "×: failed, –: skipped, blank: not measured",
             "in brackets: other jobs than the main one"]
    height = _TOP + len(names) * _ROW + _BOTTOM
    sheet = Sheet(height, title, subtitle, footer_text(run.environment), notes)
    norm, colours = _norm(grids), matplotlib.colormaps[_COLOURS]
    for place, (grid, box) in enumerate(zip(grids, _boxes(names, len(bins)))):
        axes = sheet.rows(box, None, len(names))
        _draw_grid(axes, grid, norm, colours, box)
        shown = [fit(name, box.left - EDGE - 6) if place == 0 else "" for name in names]
        axes.set_yticks(range(len(names)), shown)
        _name_sizes(sheet, box, bins)
        sheet.text(box.left, box.top + 16, grid.title, size=9.5, weight="bold")
    _draw_scale(sheet, norm, colours)
    return Chart(sheet.figure, title, _alt(grids, names, bins))


# Drawing


def _boxes(names: list[str], columns: int) -> list[Box]:
    name = min(max(text_width(name) for name in names), _MOST_NAME)
    left = EDGE + name + 8
    width = min((WIDTH - left - EDGE - _BETWEEN) / 2, max(columns * _MOST_CELL, 190))
    height = len(names) * _ROW
    return [Box(left + side * (width + _BETWEEN), _BOTTOM, width, height) for side in (0, 1)]


def _norm(grids: list[Grid]) -> Normalize:
    """Equal factors above and below 1 are equally far from the middle; a factor of 10 at least."""
    logs = np.abs(np.log10(np.concatenate([grid.gaps.ravel() for grid in grids])))
    most = max(1.0, np.nanmax(logs))
    return Normalize(-most, most)


def _draw_grid(axes: Axes, grid: Grid, norm: Normalize, colours: Colormap, box: Box) -> None:
    rows, columns = grid.gaps.shape
    axes.pcolormesh(
        np.arange(columns + 1), np.arange(rows + 1) - 0.5,
        np.ma.masked_invalid(np.log10(grid.gaps)),
        norm=norm, cmap=colours, edgecolors=style.PAPER, linewidth=1.0,
    )
    axes.set_xlim(0, columns)
    axes.set_ylim(rows - 0.5, -0.5)
    axes.set_xticks([])
    axes.spines["bottom"].set_visible(False)
    for (row, column), gap in np.ndenumerate(grid.gaps):
        known = np.isfinite(gap)
        text = three_digits(gap) if known else grid.marks[row, column]
        # A number of more than four characters is written smaller before it is left out.
        room = box.width / columns - 1
        size = _NUMBER_SIZE * min(1.0, room / max(text_width(text, _NUMBER_SIZE), 1.0))
        if size >= _LEAST_SIZE:
            axes.text(column + 0.5, row, text, size=size, ha="center", va="center",
                      color=_ink_on(colours(norm(math.log10(gap)))) if known else style.MUTED)


def _ink_on(colour: tuple[float, ...]) -> str:
    red, green, blue = colour[:3]
    return _DARK_NUMBER if 0.299 * red + 0.587 * green + 0.114 * blue > 0.5 else _LIGHT_NUMBER


def _name_sizes(sheet: Sheet, box: Box, bins: list[int]) -> None:
    names = [format_size(4**power) for power in bins]
    step = box.width / len(bins)
    places = [(index + 0.5) * step for index in range(len(bins))]
    for index in thin_evenly(places, [text_width(name, SMALL_SIZE) for name in names]):
        sheet.text(box.left + places[index], box.top + 4, names[index], ha="center",
                   size=SMALL_SIZE, color=style.MUTED)


def _draw_scale(sheet: Sheet, norm: Normalize, colours: Colormap) -> None:
    """The colours and what they mean, below the map."""
    box = Box(WIDTH - EDGE - 200, 40, 200, 7)
    axes = sheet.rows(box, None, 1)
    axes.pcolormesh(np.linspace(norm.vmin, norm.vmax, 121), [-0.5, 0.5],
                    [np.linspace(norm.vmin, norm.vmax, 120)], norm=norm, cmap=colours,
                    edgecolors="face", linewidth=0.5)
    axes.set_xlim(norm.vmin, norm.vmax)
    axes.set_yticks([])
    powers = range(math.ceil(norm.vmin), math.floor(norm.vmax) + 1)
    axes.set_xticks(list(powers), [round_ratio(float(f"1e{p}")) for p in powers])
    axes.tick_params(axis="x", pad=1, length=2, labelsize=SMALL_SIZE)
    axes.spines["bottom"].set_visible(False)


# Words


def _alt(grids: list[Grid], names: list[str], bins: list[int]) -> str:
    words = [f"Heat map of the gap of {len(names)} kernels and jobs at {len(bins)} sizes."]
    for grid in grids:
        if np.isfinite(grid.gaps).any():
            words.append(
                f"{grid.title}: {_extreme(grid, names, bins, int(np.nanargmin(grid.gaps)))} to "
                f"{_extreme(grid, names, bins, int(np.nanargmax(grid.gaps)))}."
            )
    return " ".join(words)


def _extreme(grid: Grid, names: list[str], bins: list[int], flat: int) -> str:
    row, column = np.unravel_index(flat, grid.gaps.shape)
    gap, size = format_ratio(grid.gaps[row, column]), format_size(4**bins[column])
    return f"{gap} ({names[row]}, n = {size})"
