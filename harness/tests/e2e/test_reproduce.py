"""reproduce: the cells of an earlier run measured again, and what contradicts it."""

from __future__ import annotations

import csv
import json
import shutil
import signal
from pathlib import Path

import pytest

from support import (
    Program, Results, Row, assert_rejected, read_csv, slices_of, started, wait_for_rows
)

TINY = ("--kernels", "sum", "--variants", "native/strict,native/f64,python/loop")
SIZES = ("--sizes", "16,1024")
FILES = {
    "rounds.csv", "summary.csv", "latency.csv", "metrics.csv", "growth.csv", "lanes.csv",
    "run.json", "workers.log",
}  # fmt: skip


@pytest.fixture(scope="module")
def reference(gapmeter: Program, tmp_path_factory: pytest.TempPathFactory) -> Results:
    """Six rounds, the fewest that decide anything."""
    run = gapmeter.measure(
        tmp_path_factory.mktemp("reference") / "out", "--rounds", "6", *TINY, *SIZES
    )
    assert run.process.returncode == 0, run.process.stderr
    return run


def faster(row: Row, factor: float) -> Row:
    """A round that took `factor` times as long."""
    if not row["slices"]:
        return row
    times = [name for name in row if name.endswith("_ns") and name.startswith("batch_")]
    slices = " ".join(
        f"{slice_.call_ns * factor:.6g}:{slice_.before}:{slice_.after}:{slice_.waited}"
        for slice_ in slices_of(row)
    )
    return row | {name: repr(float(row[name]) * factor) for name in times} | {"slices": slices}


def test_a_run_is_measured_again_and_compared(
    gapmeter: Program, reference: Results, out: Path
) -> None:
    process = gapmeter(
        *("reproduce", reference.dir, *TINY, *SIZES, "--quick", "--rounds", "2", "--out", out)
    )
    assert process.returncode in (0, 1, 3), process.stderr
    lines = process.stdout.splitlines()
    assert lines[0].split() == ["claim", "reference", "here"]
    assert [line.split()[0] for line in lines[1:34]] == [f"C{i:02}" for i in range(1, 34)]
    gaps = next(i for i, line in enumerate(lines) if line.split()[:2] == ["kernel", "variant"])
    assert lines[gaps + 1].split()[:2] == ["sum", "python/loop"]
    closing = {0: "reproduced: ", 1: "contradicted: ", 3: "inconclusive: "}
    assert lines[-1].startswith(closing[process.returncode])


def test_it_leaves_a_complete_run(gapmeter: Program, reference: Results, out: Path) -> None:
    process = gapmeter(
        *("reproduce", reference.dir, *TINY, "--rounds", "1", "--format", "json", "--out", out)
    )
    assert process.returncode in (0, 1, 3), process.stderr
    assert {path.name for path in out.iterdir()} == FILES
    again = Results(out)
    cells = {(row["kernel"], row["variant"], row["n"]) for row in again.summary}
    assert cells == {(row["kernel"], row["variant"], row["n"]) for row in reference.summary}
    assert {row["status"] for row in again.summary} == {"ok"}
    assert again.facts["interrupted"] is False
    assert gapmeter("claims", out).returncode == 0
    result = json.loads(process.stdout)
    assert result["exit_status"] == process.returncode
    assert [(gap["variant"], gap["sizes"]) for gap in result["gaps"]] == [("python/loop", 2)]


def test_variants_that_are_not_here_are_named(
    gapmeter: Program, reference: Results, tmp_path: Path, out: Path
) -> None:
    other = Path(shutil.copytree(reference.dir, tmp_path / "other"))
    rounds = (other / "rounds.csv").read_text(encoding="utf-8")
    (other / "rounds.csv").write_text(rounds.replace("native/f64", "native/gone"), encoding="utf-8")
    process = gapmeter(
        *("reproduce", other, "--kernels", "sum", "--sizes", "16", "--rounds", "1", "--out", out)
    )
    assert process.returncode in (0, 1, 3), process.stderr
    [told] = [line for line in process.stdout.splitlines() if line.startswith("not here: ")]
    assert told.startswith("not here: sum native/gone (this build has no such variant")


def test_ctrl_c_tells_how_to_go_on(gapmeter: Program, reference: Results, out: Path) -> None:
    command = ("reproduce", reference.dir, *TINY, "--rounds", "4", "--out", out)
    with started(gapmeter.start(*command)) as process:
        wait_for_rows(out, 3)
        process.send_signal(signal.SIGINT)
        stdout, stderr = process.communicate(timeout=30)
    assert process.returncode == 130
    assert stdout == "", "half of the cells are compared with nothing"
    assert len(Results(out).rounds) < 6 * 4
    arguments = stderr.splitlines()[-1].removeprefix("to go on: gapmeter ").split()
    assert arguments == ["run", "--resume", str(out)]
    resumed = gapmeter(*arguments)
    assert resumed.returncode in (0, 1, 3), resumed.stderr
    assert resumed.stdout.split()[:3] == ["claim", "reference", "here"], "what was wanted"
    timed = [row for row in Results(out).rounds if row["pass"] == "time"]
    assert len(timed) == 6 * 4
    assert Results(out).facts["interrupted"] is False


def test_sizes_that_the_reference_lacks_are_not_measured(
    gapmeter: Program, reference: Results, out: Path
) -> None:
    arguments = ("--sizes", "16,64", "--rounds", "1", "--out", out)
    process = gapmeter("reproduce", reference.dir, *TINY, *arguments)
    assert process.returncode in (0, 1, 3), process.stderr
    assert {row["n"] for row in Results(out).summary} == {"16"}


def test_the_opposite_of_the_reference_is_a_contradiction(
    gapmeter: Program, reference: Results, tmp_path: Path, out: Path
) -> None:
    opposite = tmp_path / "opposite"
    opposite.mkdir()
    shutil.copy(reference.dir / "run.json", opposite)
    rows = [
        faster(row, 1e-5) if row["pass"] == "time" and row["lane"] == "python" else row
        for row in read_csv(reference.dir / "rounds.csv")
    ]
    with (opposite / "rounds.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    process = gapmeter(
        *("reproduce", opposite, *TINY, *SIZES, "--quick", "--out", out, "--format", "json")
    )
    assert process.returncode == 1, process.stderr
    [gap] = json.loads(process.stdout)["gaps"]
    assert gap["side"] == "contradicted"
    assert gap["reference_gap"] < 0.1
    assert gap["gap"] > 1.1


@pytest.mark.parametrize("selection", [("--kernels", "empty"), ("--sizes", "64")])
def test_a_reference_without_the_selected_cells_is_rejected(
    gapmeter: Program, reference: Results, out: Path, selection: tuple[str, str]
) -> None:
    assert_rejected(
        gapmeter("reproduce", reference.dir, *selection, "--quick", "--out", out),
        str(reference.dir),
        "none of the selected",
    )
    assert not out.exists()


def test_what_is_no_run_is_rejected(gapmeter: Program, tmp_path: Path, out: Path) -> None:
    assert_rejected(
        gapmeter("reproduce", tmp_path / "none", "--out", out), "none", "not a directory"
    )
    assert not out.exists()


def test_a_wrong_command_line_is_rejected(gapmeter: Program, reference: Results) -> None:
    assert_rejected(gapmeter("reproduce", reference.dir, "--format", "xml"), "--format", "xml")
    assert_rejected(gapmeter("reproduce", reference.dir, "--quick", "--full"), "--quick", "--full")
