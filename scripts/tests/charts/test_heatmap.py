"""The heat map: a cell for each kernel and size, its number and its colour."""

from __future__ import annotations

import numpy as np
from gapmeter_report.charts.heatmap import heat_map
from gapmeter_report.drawing.rendering import Chart
from gapmeter_report.loading.run import load
from helpers.artists import says, texts
from helpers.builder import Builder


def draw_map(builder: Builder) -> Chart:
    chart = heat_map(load(builder.write()))
    assert chart is not None
    return chart


def colours(chart: Chart, side: int) -> np.ndarray:
    """The decimal logarithms that one side's cells are coloured by, by kernel and size."""
    axes = chart.figure.axes[side]
    return axes.collections[0].get_array().reshape(len(axes.get_yticks()), -1)


def test_a_cell_has_its_gap_as_number_and_its_logarithm_as_colour(builder: Builder) -> None:
    builder.add("empty", sizes=(1,)).add("sum", sizes=(16, 64))
    builder.set_gap(1200, variant="python/builtin", n=64)
    builder.set_gap(0.5, variant="python/numpy", n=64)
    chart = draw_map(builder)
    assert np.isclose(colours(chart, 0)[1, 3], np.log10(1200))
    assert np.isclose(colours(chart, 1)[1, 3], np.log10(0.5))
    assert {"1200", "0.500"} <= set(texts(chart))
    assert "0.500× (sum, n = 64)" in chart.alt


def test_a_long_number_is_written_smaller_rather_than_left_out(builder: Builder) -> None:
    builder.add("sum", sizes=tuple(4**power for power in range(13)))
    builder.set_gap(123456, n=64)
    written = {t.get_text(): t.get_size() for t in draw_map(builder).figure.axes[0].texts}
    assert 4.5 <= written["123456"] < 6.5 == max(written.values())


def test_the_colours_diverge_at_one(builder: Builder) -> None:
    builder.add("sum", sizes=(16, 64))
    norm = draw_map(builder).figure.axes[0].collections[0].norm
    assert norm(0.0) == 0.5
    assert norm.vmin == -norm.vmax


def test_what_is_missing_says_whether_it_failed_or_was_skipped(builder: Builder) -> None:
    builder.add("sum", sizes=(16, 64, 256))
    builder.fail("skipped", variant="python/builtin", n=16)
    builder.fail("crashed", variant="python/builtin", n=64)
    written = [text.get_text() for text in draw_map(builder).figure.axes[0].texts]
    assert written[:2] == ["–", "×"]


def test_sizes_stand_at_the_nearest_power_of_four(builder: Builder) -> None:
    builder.add("sum", sizes=(17, 1000))
    assert colours(draw_map(builder), 0).shape == (1, 4)


def test_the_best_variant_is_that_of_each_size(builder: Builder) -> None:
    builder.add("sum", sizes=(16, 64))
    builder.set_gap(10, n=16)
    builder.set_gap(3, n=16, variant="python/array")
    assert np.isclose(colours(draw_map(builder), 1)[0, 0], np.log10(3))


def test_a_run_without_gaps_has_no_map(builder: Builder) -> None:
    builder.add("sum")
    builder.rows = builder.cells(lane="native")
    assert heat_map(load(builder.write())) is None


def test_twenty_kernels_are_all_named_within_the_figure(builder: Builder) -> None:
    for i in range(20):
        builder.add(f"kernel_with_a_rather_long_name_{i}", sizes=(1, 16, 4096, 2**24), like="sum")
    chart = draw_map(builder)
    assert says(chart, "…")
    names = [tick.label1 for tick in chart.figure.axes[0].yaxis.get_major_ticks()]
    assert len(names) == 20
    assert all(name.get_window_extent().x0 >= 0 for name in names)


def test_every_job_has_a_row_below_its_kernel(builder: Builder) -> None:
    builder.add("sum", sizes=(16, 64)).give_job("view", variant="python/numpy")
    builder.set_gap(9).set_gap(1.5, variant="python/numpy")
    chart = draw_map(builder)
    shown = [tick.get_text() for tick in chart.figure.axes[0].get_yticklabels()]
    assert shown == ["sum", "sum (view)"]
    best = colours(chart, 1)
    assert np.isclose(best[0, -1], np.log10(9)) and np.isclose(best[1, -1], np.log10(1.5))
