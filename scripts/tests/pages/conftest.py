"""A report and charts that are written once for all tests that only read them."""

from __future__ import annotations

import contextlib
import io
from pathlib import Path

import pytest
from gapmeter_report.commands import main
from helpers.builder import Builder
from helpers.reports import Written, add_small, claim, report


def reported(directory: Path, *more: str) -> Written:
    """A small run with its report."""
    builder, said = add_small(Builder(directory)), io.StringIO()
    with contextlib.redirect_stdout(said):
        assert report(builder, [claim()], *more) == 0
    return Written(directory, builder, said.getvalue())


@pytest.fixture(scope="session")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Written:
    """A run with its report."""
    return reported(tmp_path_factory.mktemp("plain"))


@pytest.fixture(scope="session")
def with_charts(tmp_path_factory: pytest.TempPathFactory) -> Written:
    """The same run with its report and its charts."""
    return reported(tmp_path_factory.mktemp("with_charts"), "--charts")


@pytest.fixture(scope="session")
def plotted(tmp_path_factory: pytest.TempPathFactory) -> Written:
    """A run with its charts: two kernels, few sizes, one cell that failed."""
    builder = Builder(tmp_path_factory.mktemp("plotted"))
    builder.add("empty", sizes=(1,)).add("sum", sizes=(16, 64, 256))
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        directory = builder.fail("timeout", variant="python/loop", n=64).write()
        assert main(["plot", str(directory)]) == 0
    return Written(directory, builder, said.getvalue())
