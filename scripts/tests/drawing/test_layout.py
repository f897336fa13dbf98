"""Layout: every text has room, and series too many for labels have a key."""

from __future__ import annotations

from gapmeter_report.charts.gap import gap_chart
from gapmeter_report.charts.latency import latency_chart
from gapmeter_report.charts.memory import memory_chart
from helpers.artists import ALL, draw, says, texts
from helpers.builder import SIZES, Builder


def test_labels_at_the_line_ends_do_not_overlap(reference_run: Builder) -> None:
    chart = draw(memory_chart, reference_run, "apply_weights")
    labels = [t for t in chart.figure.texts if "B/element" in t.get_text()]
    boxes = [label.get_window_extent() for label in labels]
    assert len(boxes) == 18
    assert not any(a.overlaps(b) for i, a in enumerate(boxes) for b in boxes[:i])


def test_no_text_leaves_the_figure(reference_run: Builder) -> None:
    reference_run.metadata["machine"]["cpu"] = "A very long name of a processor " * 20
    reference_run.metadata["kernels"]["sum"]["title"] = "A very long title " * 50
    for what in ALL:
        figure = draw(what, reference_run).figure
        for text in figure.texts:
            box = text.get_window_extent()
            assert box.x0 >= 0 and box.x1 <= figure.bbox.x1 + 1, text.get_text()


def test_a_long_name_leaves_room_for_what_is_said_of_it(reference_run: Builder) -> None:
    for row in reference_run.cells(kernel="sum", variant="python/loop"):
        row["variant"] = "python/" + "long" * 50
    reference_run.fail("timeout", kernel="sum", variant="python/" + "long" * 50, n=1024)
    chart = draw(gap_chart, reference_run)
    assert says(chart, "…  99.0×")
    assert says(chart, "…: timeout")


def test_too_many_series_for_labels_are_named_in_a_key(builder: Builder) -> None:
    builder.add("sum", sizes=(16, 64))
    for threads in range(2, 6):
        builder.rows += [dict(row, threads=threads) for row in builder.cells(threads=1)]
    chart = draw(latency_chart, builder)
    assert texts(chart).count("native/simd ×5") == 1


def test_notes_have_lines_of_their_own_below_the_axis(reference_run: Builder) -> None:
    reference_run.add_growth("sum", "python/loop", exponent=1)
    reference_run.add_crossover("python/builtin", 16, 64)
    reference_run.set_state(where={"kernel": "sum", "n": 64}, state="mixed", speeds="10:3 500:4")
    figure = draw(latency_chart, reference_run).figure
    boxes = [text.get_window_extent() for text in figure.texts if text.get_position()[1] < 60]
    boxes.append(figure.axes[0].xaxis.get_tightbbox())
    assert len(boxes) >= 4
    assert not any(a.overlaps(b) for i, a in enumerate(boxes) for b in boxes[:i])


def test_bars_of_crossovers_and_their_names_do_not_overlap(reference_run: Builder) -> None:
    for variant in ("python/numpy", "python/array", "python/loop"):
        reference_run.add_crossover("python/builtin", 16, 64, variant=variant)
        reference_run.add_crossover("fastest compiled", 2**20, 2**24, variant=variant)
    chart = draw(latency_chart, reference_run)
    names = [text for text in chart.figure.texts if "overtakes" in text.get_text()]
    ends = [text for text in chart.figure.axes[0].texts if "between" in text.get_text()]
    assert len(names) == len(ends) == 6
    for texts_ in (names, ends):
        boxes = [text.get_window_extent() for text in texts_]
        assert not any(a.overlaps(b) for i, a in enumerate(boxes) for b in boxes[:i])
    axes = chart.figure.axes[0].get_window_extent()
    assert all(axes.x0 <= end.get_window_extent().x0 for end in ends)
    assert all(end.get_window_extent().x1 <= axes.x1 for end in ends)


def test_a_bar_from_the_first_to_the_last_size_bears_its_name(builder: Builder) -> None:
    builder.add("sum").add_crossover("python/builtin", SIZES[0], SIZES[-1])
    axes = draw(latency_chart, builder).figure.axes[0]
    [name] = [text for text in axes.texts if text.get_text() == "between 16 and 16Mi"]
    box, within = name.get_window_extent(), axes.get_window_extent()
    assert within.x0 < box.x0 and box.x1 < within.x1
