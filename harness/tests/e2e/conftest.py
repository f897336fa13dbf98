"""Fixtures: the programs under test, whose paths come from CTest through the environment."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from support import Program


def path_from(variable: str) -> Path:
    if variable not in os.environ:
        pytest.exit(f"{variable} is not set: run these tests through ctest", returncode=2)
    return Path(os.environ[variable])


def program_from(variable: str, factory: pytest.TempPathFactory) -> Program:
    return Program(path_from(variable), factory.mktemp("working_dir"))


@pytest.fixture(scope="session")
def gapmeter(tmp_path_factory: pytest.TempPathFactory) -> Program:
    """The program with the real kernels."""
    return program_from("GAPMETER", tmp_path_factory)


@pytest.fixture(scope="session")
def zoo(tmp_path_factory: pytest.TempPathFactory) -> Program:
    """The program with kernels that misbehave."""
    return program_from("GAPMETER_ZOO", tmp_path_factory)


@pytest.fixture(scope="session")
def broken(tmp_path_factory: pytest.TempPathFactory) -> Program:
    """The program with kernel pairs that lack something."""
    return program_from("GAPMETER_BROKEN", tmp_path_factory)


@pytest.fixture(scope="session")
def ab_base(tmp_path_factory: pytest.TempPathFactory) -> Program:
    """The program that `ab` compares with."""
    return program_from("GAPMETER_AB_BASE", tmp_path_factory)


@pytest.fixture(scope="session")
def ab_changed(tmp_path_factory: pytest.TempPathFactory) -> Program:
    """The same program with known changes."""
    return program_from("GAPMETER_AB_CHANGED", tmp_path_factory)


@pytest.fixture(scope="session")
def guide(tmp_path_factory: pytest.TempPathFactory) -> Program:
    """The program with the kernel of docs/adding-a-kernel.md alone."""
    return program_from("GAPMETER_GUIDE", tmp_path_factory)


@pytest.fixture(scope="session")
def source_dir() -> Path:
    return path_from("GAPMETER_SOURCE_DIR")


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """Where a run may write; not there yet."""
    return tmp_path / "out"
