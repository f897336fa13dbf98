"""plot: the charts of a run that the program made, failed cells included."""

from __future__ import annotations

from pathlib import Path

import pytest

from support import BRIEF, Program

KERNELS = ("failing", "wrong")


@pytest.fixture(scope="module")
def finished(zoo: Program, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return zoo.measure(
        tmp_path_factory.mktemp("plot") / "out",
        *BRIEF,
        *("--kernels", ",".join(KERNELS), "--sizes", "16,17"),
    ).dir


def test_every_kernel_has_its_charts(zoo: Program, finished: Path) -> None:
    process = zoo("plot", finished)
    assert process.returncode == 0, process.stderr
    charts = finished / "charts"
    assert str(charts / "index.html") in process.stdout
    for kernel in KERNELS:
        for chart in ("latency", "gap", "throughput", "rss"):
            for format in ("svg", "png"):
                assert (charts / f"{kernel}_{chart}.{format}").stat().st_size > 1000
    assert (charts / "overview.svg").is_file()


def test_place_and_format_can_be_chosen(zoo: Program, finished: Path, tmp_path: Path) -> None:
    process = zoo("plot", finished, "--out", tmp_path / "charts", "--format", "svg")
    assert process.returncode == 0, process.stderr
    suffixes = {path.suffix for path in (tmp_path / "charts").iterdir()}
    assert ".svg" in suffixes and ".png" not in suffixes


def test_what_cannot_be_drawn_is_rejected(zoo: Program, finished: Path, tmp_path: Path) -> None:
    in_the_way = tmp_path / "file"
    in_the_way.touch()
    for arguments in (["--format", "bmp"], ["--out", str(in_the_way)]):
        process = zoo("plot", finished, *arguments)
        assert process.returncode == 2
        assert arguments[1] in process.stderr.splitlines()[-1]
        assert "Traceback" not in process.stderr
