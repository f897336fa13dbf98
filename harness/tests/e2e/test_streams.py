"""Standard streams that are closed or that nobody reads: results stay whole, a run ends well."""

from __future__ import annotations

import csv
import os
import subprocess
from pathlib import Path

import pytest

from support import Program, Results, clean_environment

RUN = ("run", "--kernels", "empty", "--quick", "--rounds", "2", "--pin", "0")


def run_with(program: Program, out: Path, redirection: str) -> subprocess.CompletedProcess[str]:
    command = ["sh", "-c", f'exec "$@" {redirection}', "sh", str(program.path), *RUN, "--out", out]
    return subprocess.run(
        [str(part) for part in command], cwd=program.working_dir, env=clean_environment(),
        capture_output=True, text=True, timeout=60,
    )


@pytest.mark.parametrize("closed", ["2>&-", "<&-", "<&- 2>&-"])
def test_a_run_without_a_stream_writes_nothing_else_into_its_results(
    gapmeter: Program, out: Path, closed: str
) -> None:
    process = run_with(gapmeter, out, closed)
    assert process.returncode == 0
    text = (out / "rounds.csv").read_text(encoding="utf-8")
    assert text.startswith("kernel,variant,")
    widths = {len(row) for row in csv.reader(text.splitlines(), strict=True)}
    assert len(widths) == 1, "a line of something else among the rows"
    assert {row["status"] for row in Results(out).summary} == {"ok"}


def test_a_table_that_can_not_be_printed_is_an_error_but_the_results_stand(
    gapmeter: Program, out: Path
) -> None:
    process = run_with(gapmeter, out, ">&-")
    assert process.returncode == 2
    assert "gapmeter: " in process.stderr
    assert {row["status"] for row in Results(out).summary} == {"ok"}


def test_nobody_has_to_read_progress(gapmeter: Program, out: Path) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    process = gapmeter.start(*RUN, "--out", out, stderr=writer)
    os.close(writer)
    with process:
        process.communicate(timeout=60)
    assert process.returncode == 0
    assert {row["status"] for row in Results(out).summary} == {"ok"}
