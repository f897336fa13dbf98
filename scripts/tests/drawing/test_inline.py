"""Charts inside a page: their colours follow its light or dark, and can be seen in both."""

from __future__ import annotations

import itertools
import math
import re

import matplotlib
import pytest
from gapmeter_report.charts.heatmap import heat_map
from gapmeter_report.charts.latency import latency_chart
from gapmeter_report.drawing import style
from gapmeter_report.drawing.inline import inline_svg, page_colours
from gapmeter_report.drawing.rendering import Chart, render
from gapmeter_report.loading.lanes import Lane, all_lanes
from gapmeter_report.loading.run import load
from helpers.artists import draw
from helpers.builder import Builder
from matplotlib.colors import to_hex, to_rgb
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

LINES = [colour.light for lane in all_lanes() for colour in lane.colours]
COLOURS = page_colours()
TEXTS = (style.INK, style.MUTED)
DRAWN = {colour.light: colour for colour in COLOURS.values()}


def in_the_dark(colour: str) -> str:
    return DRAWN[colour].dark if colour in DRAWN else colour


def contrast(one: str, other: str) -> float:
    """As WCAG 2 defines it: from 1 to 21."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def luminance(colour: str) -> float:
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
        for part in to_rgb(colour)
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def inlined(chart: Chart) -> str:
    return str(inline_svg(render(chart, "inline"), chart.alt, "x"))


def test_contrast_is_that_of_wcag() -> None:
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21)
    assert contrast("#777777", "#FFFFFF") == pytest.approx(4.48, abs=0.005)


@pytest.mark.parametrize("colour", LINES)
def test_every_line_can_be_seen_on_both_papers(colour: str) -> None:
    assert contrast(in_the_dark(colour), in_the_dark(style.PAPER)) >= 3
    # Okabe and Ito's colours differ in lightness, too, for those who see few hues: their orange
    # and sky blue come below 3 on white, and darkened would be taken for their neighbours.
    assert contrast(colour, style.PAPER) >= 2.2


@pytest.mark.parametrize("colour", TEXTS)
@pytest.mark.parametrize("paper", [style.PAPER, style.ALERT])
def test_every_text_can_be_read_on_both_papers(colour: str, paper: str) -> None:
    assert contrast(colour, paper) >= 4.5
    assert contrast(in_the_dark(colour), in_the_dark(paper)) >= 4.5


@pytest.mark.parametrize("lane", all_lanes(), ids=lambda lane: lane.name)
def test_lines_of_a_lane_are_no_more_alike_in_the_dark_than_in_the_light(lane: Lane) -> None:
    def nearest(colours: list[str]) -> float:
        pairs = itertools.combinations(map(to_rgb, colours), 2)
        return min(math.dist(*pair) for pair in pairs)

    colours = [colour.light for colour in lane.colours]
    assert nearest([in_the_dark(colour) for colour in colours]) >= nearest(colours)


def test_house_colours_become_properties_and_others_stay(reference_run: Builder) -> None:
    svg = inlined(draw(latency_chart, reference_run.fail("error", kernel="sum", n=16)))
    left = {colour.upper() for colour in re.findall(r": (#[0-9a-f]{6})", svg)}
    assert left == set(LINES) - set(DRAWN)
    used = set(re.findall(r"var\(--chart-(\w+)\)", svg))
    assert {"paper", "ink", "muted", "grid", "alert", "black", "blue"} <= used <= set(COLOURS)


def test_what_matplotlib_fills_with_unwritten_black_is_filled_by_the_page() -> None:
    figure = Figure()
    figure.add_artist(Rectangle((0, 0), 1, 1, color="#000000"))
    svg = inlined(Chart(figure, "black", "black"))
    assert re.match(r'<svg [^>]*style="fill: var\(--chart-black\)"', svg)
    assert "fill: #000000" not in svg


def test_a_title_that_spells_a_colour_stays_a_title(reference_run: Builder) -> None:
    reference_run.metadata["kernels"]["sum"]["title"] = "stroke: #222222; or #666666"
    assert "stroke: #222222; or #666666: latency" in inlined(draw(latency_chart, reference_run))


def test_numbers_and_cells_of_the_heat_map_keep_their_colours(builder: Builder) -> None:
    builder.add("sum", sizes=(16, 64)).fail("skipped", variant="python/builtin", n=16)
    builder.set_gap(900, variant="python/builtin", n=64)
    chart = heat_map(load(builder.write()))
    assert chart is not None
    svg = inlined(chart)
    fills = dict(re.findall(r'<text style="fill: ([^;]*);[^>]*>(900|–)</text>', svg))
    assert fills == {"#fcfcfc": "900", "var(--chart-muted)": "–"}
    cell = to_hex(matplotlib.colormaps["PuOr_r"](1.0))
    assert f"fill: {cell}" in svg


def test_no_colour_of_the_heat_map_is_one_that_follows_the_page() -> None:
    cells = {to_hex(matplotlib.colormaps["PuOr_r"](share)).upper() for share in range(256)}
    assert len(cells) > 200 and not cells & set(DRAWN)
