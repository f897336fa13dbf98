"""What a notebook imports: a function for each chart, frames, and no traces."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import gapmeter_report
import matplotlib
import pandas as pd
import pytest
from gapmeter_report import NothingToDraw, Run
from gapmeter_report.charts.gallery import KERNEL_CHARTS, RUN_CHARTS, SERVICE_CHARTS
from helpers.builder import Builder
from helpers.comparisons import comparison
from helpers.reports import add_small
from matplotlib.figure import Figure

OF_RUN = [gapmeter_report.heatmap, gapmeter_report.overview, gapmeter_report.interpreters]
OF_KERNEL = [
    gapmeter_report.latency, gapmeter_report.gap, gapmeter_report.ladder,
    gapmeter_report.throughput, gapmeter_report.memory, gapmeter_report.percentiles,
    gapmeter_report.scaling,
]
OF_SERVERS = [gapmeter_report.serving, gapmeter_report.footprint]


@pytest.fixture(scope="session")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """A run that has something for every chart."""
    builder = add_small(Builder(tmp_path_factory.mktemp("run")))
    builder.add_engine("3.13", 0.5, version="3.13.0", build="3.13.0 (main)", engine="stock")
    return gapmeter_report.load(builder.add_servers().write())


def figures_of(run: Run, file: Path) -> list[Figure]:
    """Every figure there is."""
    return [
        *(draw(run) for draw in OF_RUN), *(draw(run, "sum") for draw in OF_KERNEL),
        *(draw(run, "serve") for draw in OF_SERVERS),
        gapmeter_report.changes(file),
    ]


def test_there_is_a_function_for_every_chart(run: Run, tmp_path: Path) -> None:
    assert len(OF_RUN) == len(RUN_CHARTS) and len(OF_KERNEL) == len(KERNEL_CHARTS)
    assert len(OF_SERVERS) == len(SERVICE_CHARTS)
    figures = figures_of(run, comparison(tmp_path / "changes.json", {}))
    assert all(isinstance(figure, Figure) for figure in figures)
    titles = [figure.texts[0].get_text() for figure in figures]
    assert len(set(titles)) == len(figures)


def test_settings_of_matplotlib_stay_as_they_are(run: Run, tmp_path: Path) -> None:
    with matplotlib.rc_context({"font.size": 20, "axes.spines.top": True, "svg.fonttype": "none"}):
        before = dict(matplotlib.rcParams)
        for figure in figures_of(run, comparison(tmp_path / "changes.json", {})):
            figure.savefig(tmp_path / "figure.png")
        assert dict(matplotlib.rcParams) == before


def test_a_figure_looks_the_same_under_any_settings(run: Run, tmp_path: Path) -> None:
    gapmeter_report.gap(run, "sum").savefig(tmp_path / "one.png", dpi=80)
    with matplotlib.rc_context({"font.size": 20, "xtick.labelsize": 20, "axes.grid": True}):
        gapmeter_report.gap(run, "sum").savefig(tmp_path / "two.png", dpi=80)
    assert (tmp_path / "one.png").read_bytes() == (tmp_path / "two.png").read_bytes()


def test_a_notebook_shows_a_figure_as_svg(run: Run) -> None:
    figure = gapmeter_report.gap(run, "sum")
    assert "</svg>" in figure._repr_svg_()


def test_no_display_and_no_pyplot_is_needed(run: Run) -> None:
    program = (
        "import sys, gapmeter_report as g\n"
        f"g.gap(g.load({str(run.directory)!r}), 'sum')\n"
        "assert 'matplotlib.pyplot' not in sys.modules"
    )
    environment = {
        "PYTHONPATH": str(Path(gapmeter_report.__file__).parents[1]), "MPLBACKEND": "tkagg",
        "HOME": os.environ.get("HOME", "/"), "PYTHONDONTWRITEBYTECODE": "1",
    }
    subprocess.run([sys.executable, "-c", program], check=True, env=environment)


@pytest.mark.parametrize("draw", OF_KERNEL)
def test_an_unknown_kernel_is_named_with_those_there_are(run: Run, draw: object) -> None:
    assert callable(draw)
    with pytest.raises(NothingToDraw, match="no kernel 'sun'; there are: empty, sum"):
        draw(run, "sun")


def test_a_chart_without_anything_to_show_says_so(builder: Builder) -> None:
    builder.add("sum", sizes=(16,))
    builder.rows = builder.cells(variant="native/simd")
    bare = gapmeter_report.load(builder.write())
    for draw, why in (
        (gapmeter_report.ladder, "fewer than two variants"),
        (gapmeter_report.percentiles, "too few calls"),
        (gapmeter_report.scaling, "nothing ran with several threads"),
    ):
        with pytest.raises(NothingToDraw, match=f"of sum {why}"):
            draw(bare, "sum")
    with pytest.raises(NothingToDraw, match="the run has no gap"):
        gapmeter_report.heatmap(bare)
    for draw in OF_SERVERS:
        with pytest.raises(NothingToDraw, match="sum has no servers"):
            draw(bare, "sum")


def test_every_column_of_the_frames_is_typed(run: Run) -> None:
    for frame in (run.summary, run.quantiles, run.metrics, run.growth, run.rounds, run.servers):
        kinds = {str(kind) for kind in frame.dtypes}
        assert kinds <= {"string", "int64", "Int64", "float64", "boolean"}
    assert isinstance(run.summary, pd.DataFrame)
