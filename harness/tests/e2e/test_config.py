"""--config: options from a TOML file, a section for each command; the command line wins."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from support import Program, assert_rejected

Config = Callable[[str], Path]


@pytest.fixture
def config(tmp_path: Path) -> Config:
    def write(text: str) -> Path:
        path = tmp_path / "gapmeter.toml"
        path.write_text(text, encoding="utf-8")
        return path

    return write


RUN_SECTION = """
# What this project measures by default
[run]
kernels = ["empty", "sum"]
variants = "native/nothing,native/f64"
sizes = "16,32"
rounds = 3
seed = 7
quick = true
timeout = "30s"
"""


def test_a_run_takes_its_options_from_its_section(
    gapmeter: Program, config: Config, out: Path
) -> None:
    run = gapmeter.measure(out, "--config", config(RUN_SECTION))
    assert run.process.returncode == 0, run.process.stderr
    assert {(row["kernel"], row["variant"], row["n"]) for row in run.summary} == {
        (kernel, variant, n)
        for kernel, variant in (("empty", "native/nothing"), ("sum", "native/f64"))
        for n in ("16", "32")
    }
    facts = run.facts
    assert (facts["seed"], facts["rounds"], facts["timeout_s"]) == (7, 3, 30)
    assert facts["round_ns"] == 10_000_000, "quick"


def test_the_command_line_overrides_the_file(gapmeter: Program, config: Config, out: Path) -> None:
    run = gapmeter.measure(
        out,
        *("--config", config(RUN_SECTION)),
        *("--kernels", "sum", "--variants", "native/f64", "--sizes", "8", "--rounds", "1"),
    )
    assert [(row["kernel"], row["n"]) for row in run.summary] == [("sum", "8")]
    assert (run.facts["rounds"], run.facts["seed"]) == (1, 7)


@pytest.mark.parametrize(("given", "in_file"), [("quick", "full"), ("full", "quick")])
def test_a_depth_on_the_command_line_replaces_that_of_the_file(
    gapmeter: Program, config: Config, out: Path, given: str, in_file: str
) -> None:
    path = config(f"[run]\n{in_file} = true\nrounds = 1\n")
    run = gapmeter.measure(out, f"--{given}", "--config", path, "--kernels", "empty")
    assert run.facts["round_ns"] == {"quick": 10_000_000, "full": 80_000_000}[given]


def test_config_may_stand_before_the_command(gapmeter: Program, config: Config, out: Path) -> None:
    process = gapmeter("--config", config(RUN_SECTION), "run", "--sizes", "8", "--out", out)
    assert process.returncode == 0


def test_sections_of_other_commands_are_left_alone(gapmeter: Program, config: Config) -> None:
    path = config(RUN_SECTION + '[verify]\nkernels = "sum"\nvariants = "*/numpy"\nsizes = "8"\n')
    process = gapmeter("--config", path, "verify")
    assert (process.returncode, process.stdout) == (0, "1 right, 0 wrong or failed, 0 skipped\n")
    assert gapmeter("--config", path, "list").stdout.startswith("apply_weights: ")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        pytest.param("[run]\nroundz = 2\n", ["roundz"], id="an unknown key"),
        pytest.param("rounds = 2\n", ["rounds"], id="a key outside its section"),
        pytest.param("[bogus]\nkey = 1\n", ["bogus"], id="an unknown section"),
        pytest.param("[run\nrounds = 2\n", ["[run"], id="a broken section"),
        pytest.param('{"json": 1}\n', ['{"json": 1}'], id="no TOML at all"),
    ],
)
def test_a_file_that_makes_no_sense_is_rejected_by_its_name(
    gapmeter: Program, config: Config, out: Path, text: str, words: list[str]
) -> None:
    path = config(text)
    process = gapmeter("run", "--kernels", "empty", "--config", path, "--out", out)
    assert_rejected(process, str(path), *words)
    assert "INI" not in process.stderr, "the file is TOML"


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("rounds = -3", ["rounds", "-3"]),
        ('sizes = "abc"', ["sizes", "'abc'"]),
        ('kernels = "sun"', ["'sun'", "did you mean 'sum'?"]),
        ("quick = true\nfull = true", ["--quick", "--full"]),
    ],
)
def test_values_in_the_file_are_checked_like_those_on_the_command_line(
    gapmeter: Program, config: Config, out: Path, line: str, words: list[str]
) -> None:
    path = config(f"[run]\n{line}\n")
    assert_rejected(gapmeter("run", "--config", path, "--out", out), *words)


@pytest.mark.parametrize("kind", ["missing", "directory"])
def test_a_file_that_cannot_be_read_is_rejected(
    gapmeter: Program, tmp_path: Path, out: Path, kind: str
) -> None:
    path = tmp_path / "config.toml"
    if kind == "directory":
        path.mkdir()
    process = gapmeter("run", "--kernels", "empty", "--config", path, "--out", out)
    assert_rejected(process, str(path))
    assert not out.exists()
