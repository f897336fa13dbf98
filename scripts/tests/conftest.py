"""Fixtures that the tests share: result directories, empty or like a small real run's."""

from __future__ import annotations

from pathlib import Path

import pytest
from helpers.builder import Builder


@pytest.fixture
def builder(tmp_path: Path) -> Builder:
    """An empty result directory to fill."""
    return Builder(tmp_path / "run")


@pytest.fixture
def reference_run(builder: Builder) -> Builder:
    """The three kernels of a small real run."""
    return builder.add("empty", sizes=(1,)).add("sum").add("apply_weights")
