"""The chart of changes: a row for each cell, the band of what does not count, refusals."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import changes
import pytest
from artists import lines, texts

CELL = {
    "kernel": "sum", "variant": "native/simd", "n": 1024, "threads": 1, "failed": False,
    "reason": "", "rounds": 20, "base": 10.0, "new": 11.0,
    "ratio": {"ratio": 1.1, "low": 1.08, "high": 1.12}, "verdict": "slower",
}


def comparison(path: Path, *cells: dict[str, Any]) -> Path:
    """A comparison's JSON, as `gapmeter ab --format json` writes it."""
    path.write_text(json.dumps({
        "quantity": "latency", "threshold": 0.02, "confidence": 0.99,
        "cells": [CELL | cell for cell in cells], "overall": None, "verdict": "slower",
        "exit_status": 1,
    }), encoding="utf-8")
    return path


def test_each_cell_is_a_row_with_ratio_interval_and_verdict(tmp_path: Path) -> None:
    ratio = {"ratio": 0.9, "low": 0.8, "high": 0.95}
    file = comparison(tmp_path / "ab.json", {}, {"n": 64, "ratio": ratio, "verdict": "faster"})
    chart = changes.changes_chart(changes.load_comparison(file))
    axes = chart.figure.axes[0]
    drawn = lines(axes)
    assert drawn["sum native/simd n = 1 Ki"] == [(1.1, 0)]
    assert drawn["sum native/simd n = 64"] == [(0.9, 1)]
    bars = [segment[:, 0].tolist() for bar in axes.collections for segment in bar.get_segments()]
    assert bars == [[1.08, 1.12], [0.8, 0.95]]
    assert {"1.100  slower", "0.900  faster"} <= set(texts(chart))
    markers = {line.get_label(): line.get_marker() for line in axes.get_lines()}
    assert markers["sum native/simd n = 1 Ki"] != markers["sum native/simd n = 64"]


def test_the_band_is_as_wide_as_changes_that_do_not_count(tmp_path: Path) -> None:
    chart = changes.changes_chart(changes.load_comparison(comparison(tmp_path / "ab.json", {})))
    corners = chart.figure.axes[0].patches[0].get_xy()[:, 0]
    assert (min(corners), max(corners)) == pytest.approx((1 / 1.02, 1.02))


def test_a_failed_cell_keeps_its_row_and_says_why(tmp_path: Path) -> None:
    failed = {"failed": True, "reason": "signal 11", "ratio": None, "verdict": None}
    chart = changes.changes_chart(
        changes.load_comparison(comparison(tmp_path / "ab.json", {}, failed))
    )
    assert "failed: signal 11" in texts(chart)
    assert len(chart.figure.axes[0].get_yticks()) == 2


def test_a_ratio_without_an_interval_is_a_mark_alone(tmp_path: Path) -> None:
    ratio = {"ratio": 1.1, "low": None, "high": None}
    file = comparison(tmp_path / "ab.json", {"ratio": ratio, "verdict": "inconclusive"})
    axes = changes.changes_chart(changes.load_comparison(file)).figure.axes[0]
    assert not axes.collections and len(axes.get_lines()) == 2


@pytest.mark.parametrize("kind", ["svg", "png"])
def test_the_picture_is_written(
    tmp_path: Path, kind: str, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "new" / f"changes.{kind}"
    assert changes.main([str(comparison(tmp_path / "ab.json", {})), "--out", str(out)]) == 0
    assert out.stat().st_size > 1000
    assert capsys.readouterr().out == f"wrote {out}\n"


@pytest.mark.parametrize("text", ["{", "[]", '{"quantity": "latency"}'])
def test_what_is_no_comparison_is_refused(
    tmp_path: Path, text: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "ab.json").write_text(text, encoding="utf-8")
    assert changes.main([str(tmp_path / "ab.json"), "--out", str(tmp_path / "x.svg")]) == 2
    error = capsys.readouterr().err
    assert "is not a comparison" in error and error.count("\n") == 1
