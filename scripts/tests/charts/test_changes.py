"""The chart of changes: a row for each cell, the band of what does not count, refusals."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from gapmeter_report.charts.changes import changes_chart
from gapmeter_report.commands import main
from gapmeter_report.drawing.rendering import Chart
from gapmeter_report.loading.comparison import load_comparison
from helpers.artists import lines, says, texts
from helpers.comparisons import FAILED, comparison


def drawn(path: Path, *cells: dict[str, Any], **values: Any) -> Chart:
    """The chart of a comparison with these cells."""
    return changes_chart(load_comparison(comparison(path / "ab.json", *cells, **values)))


def cell(n: int, verdict: str, ratio: float, half: float) -> dict[str, Any]:
    """A cell whose interval goes from ratio / half to ratio * half."""
    return {"n": n, "verdict": verdict,
            "ratio": {"ratio": ratio, "low": ratio / half, "high": ratio * half}}


def rows(chart: Chart) -> list[int]:
    """The n of each row from the top."""
    names = [tick.get_text() for tick in chart.figure.axes[0].get_yticklabels()]
    return [int(name.split()[-1].replace("k", "000")) for name in names]


def test_each_cell_is_a_row_with_ratio_interval_and_verdict(tmp_path: Path) -> None:
    ratio = {"ratio": 0.9, "low": 0.8, "high": 0.95}
    chart = drawn(tmp_path, {}, {"n": 64, "ratio": ratio, "verdict": "faster"})
    axes = chart.figure.axes[0]
    assert lines(axes)["sum native/simd n = 1Ki"] == [(1.1, 0)]
    assert lines(axes)["sum native/simd n = 64"] == [(0.9, 1)]
    bars = [segment[:, 0].tolist() for bar in axes.collections for segment in bar.get_segments()]
    assert bars == [[1.08, 1.12], [0.8, 0.95]]
    assert {"1.100  slower", "0.900  faster"} <= set(texts(chart))
    markers = {line.get_label(): line.get_marker() for line in axes.get_lines()}
    assert markers["sum native/simd n = 1Ki"] != markers["sum native/simd n = 64"]


def test_the_band_is_as_wide_as_changes_that_do_not_count(tmp_path: Path) -> None:
    chart = drawn(tmp_path, {})
    corners = chart.figure.axes[0].patches[0].get_xy()[:, 0]
    assert (min(corners), max(corners)) == pytest.approx((1 / 1.02, 1.02))


def test_a_failed_cell_keeps_its_row_and_says_why(tmp_path: Path) -> None:
    chart = drawn(tmp_path, {}, FAILED)
    assert "failed: signal 11" in texts(chart)
    assert len(chart.figure.axes[0].get_yticks()) == 2


def test_a_ratio_without_an_interval_is_a_mark_alone(tmp_path: Path) -> None:
    ratio = {"ratio": 1.1, "low": None, "high": None}
    axes = drawn(tmp_path, {"ratio": ratio, "verdict": "inconclusive"}).figure.axes[0]
    assert not axes.collections and len(axes.get_lines()) == 2


def test_the_words_name_the_cells_that_changed_or_failed(tmp_path: Path) -> None:
    chart = drawn(
        tmp_path, {}, cell(64, "same", 1.001, 1.002), cell(16, "faster", 0.8, 1.02),
        FAILED | {"n": 4}, cell(2, "inconclusive", 1.01, 1.1),
    )
    assert chart.alt == (
        "Forest plot of 5 cells, latency new over base. Verdict: slower. "
        "sum native/simd n = 1Ki slower, 1.100; sum native/simd n = 16 faster, 0.800; "
        "sum native/simd n = 4 failed."
    )


def test_the_words_say_that_nothing_changed(tmp_path: Path) -> None:
    chart = drawn(tmp_path, cell(64, "same", 1.001, 1.002), verdict="same")
    assert chart.alt == (
        "Forest plot of 1 cells, latency new over base. Verdict: same. Nothing changed."
    )


def test_a_comparison_of_gaps_says_what_below_one_means(tmp_path: Path) -> None:
    chart = drawn(tmp_path, cell(64, "faster", 0.9, 1.02), quantity="gap")
    assert chart.title == "What changed: gap, new over base"
    assert says(chart, "below 1 is a smaller gap; shaded: changes of up to 2 %")
    assert "gap new over base" in chart.alt
    assert says(drawn(tmp_path, {}), "below 1 is faster")


def test_sixty_cells_are_all_drawn(tmp_path: Path) -> None:
    chart = drawn(tmp_path, *(cell(n, "same", 1, 1.01) for n in range(60)))
    assert rows(chart) == list(range(60))
    assert not says(chart, "left out")


def test_of_very_many_cells_the_changed_and_the_least_certain_are_drawn(tmp_path: Path) -> None:
    # The larger n, the wider the interval; so of the 197 the last 57 are the least certain.
    unsure = [cell(n, "same" if n < 150 else "inconclusive", 1, 1 + n / 1e4) for n in range(197)]
    told = [cell(1001, "slower", 1.1, 1.001), cell(1002, "faster", 0.9, 1.001),
            FAILED | {"n": 1003}]
    chart = drawn(tmp_path, told[0], *unsure, *told[1:])
    assert rows(chart) == [1001, *range(140, 197), 1002, 1003]
    assert says(chart, "which do not count; left out: 140 same")
    assert chart.alt.startswith(
        "Forest plot of 60 cells, latency new over base; left out: 140 same. Verdict: slower."
    )
    assert chart.figure.get_figheight() < 15


def test_of_too_many_changes_the_smallest_are_left_out(tmp_path: Path) -> None:
    slower = [cell(n, "slower", 1.1 + n / 1000, 1.01) for n in range(70)]
    missing = {"failed": False, "reason": "not in base", "ratio": None, "verdict": None, "n": 999}
    chart = drawn(tmp_path, FAILED | {"n": 1000}, *slower, missing)
    assert rows(chart) == [1000, *range(11, 70)]
    assert says(chart, "left out: 11 slower, 1 not compared")


def test_a_ratio_without_an_interval_counts_as_least_certain(tmp_path: Path) -> None:
    bare = {"n": 7, "verdict": "inconclusive", "ratio": {"ratio": 1, "low": None, "high": None}}
    chart = drawn(tmp_path, bare, *(cell(n, "same", 1, 1.01 + n / 1e4) for n in range(100, 200)))
    assert rows(chart) == [7, *range(141, 200)]


@pytest.mark.parametrize("kind", ["svg", "png"])
def test_the_picture_is_written(
    tmp_path: Path, kind: str, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "new" / f"changes.{kind}"
    assert main(["changes", str(comparison(tmp_path / "ab.json", {})), "--out", str(out)]) == 0
    assert out.stat().st_size > 1000
    assert capsys.readouterr().out == f"wrote {out}\n"


@pytest.mark.parametrize("text", ["{", "[]", '{"quantity": "latency"}'])
def test_what_is_no_comparison_is_refused(
    tmp_path: Path, text: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "ab.json").write_text(text, encoding="utf-8")
    assert main(["changes", str(tmp_path / "ab.json"), "--out", str(tmp_path / "x.svg")]) == 2
    error = capsys.readouterr().err
    assert "is not a comparison" in error and error.count("\n") == 1
