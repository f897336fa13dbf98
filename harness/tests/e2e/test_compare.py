"""compare: two runs whose rounds are made up, so that every verdict is known."""

from __future__ import annotations

import csv
import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from support import BRIEF, Program, Results, Row, assert_rejected, even_slices, read_csv

ROUNDS = 9
# Of the made-up run; whatever the real one was, Python takes ten times as long.
LATENCIES_NS = {"native/right": 1000.0, "python/right": 10_000.0}
BATCH_COLUMNS = "batch_min_ns batch_p10_ns batch_p50_ns batch_mean_ns".split()

Factors = dict[str, float]
MakeRun = Callable[..., Path]


def write_csv(path: Path, rows: list[Row]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def timed(row: Row, number: int, latency_ns: float) -> Row:
    """A row of a time pass as a round in which every batch and every slice took this long."""
    times = {column: repr(latency_ns) for column in BATCH_COLUMNS}
    return row | times | {"round": str(number), "slices": even_slices(latency_ns)}


@pytest.fixture(scope="module")
def tiny_run(ab_base: Program, tmp_path_factory: pytest.TempPathFactory) -> Results:
    run = ab_base.measure(
        tmp_path_factory.mktemp("tiny") / "out",
        *(*BRIEF, "--kernels", "work", "--variants", "right", "--sizes", "16"),
    )
    assert run.process.returncode == 0, run.process.stderr
    return run


@pytest.fixture
def make_run(tiny_run: Results, tmp_path: Path) -> MakeRun:
    """Makes the directory of a run of nine rounds within 0.8 %."""

    def make(name: str, factors: Factors | None = None, rounds: int = ROUNDS) -> Path:
        directory = tmp_path / name
        directory.mkdir()
        shutil.copy(tiny_run.dir / "run.json", directory)
        rows: list[Row] = []
        for row in tiny_run.rounds:
            if row["pass"] != "time":
                rows.append(row)
                continue
            level = LATENCIES_NS[row["variant"]] * (factors or {}).get(row["variant"], 1)
            middle = (rounds - 1) / 2
            rows += [timed(row, i, level * (1 + 0.001 * (i - middle))) for i in range(rounds)]
        write_csv(directory / "rounds.csv", rows)
        return directory

    return make


def change_rounds(directory: Path, change: Callable[[Row], Row | None]) -> Path:
    """Puts what `change` makes of a row in its place; leaves the row out for None."""
    rows = [change(row) for row in read_csv(directory / "rounds.csv")]
    write_csv(directory / "rounds.csv", [row for row in rows if row is not None])
    return directory


def change_facts(directory: Path, part: str | None, **facts: Any) -> Path:
    path = directory / "run.json"
    run = json.loads(path.read_text(encoding="utf-8"))
    (run[part] if part else run).update(facts)
    path.write_text(json.dumps(run), encoding="utf-8")
    return directory


def result_of(process: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    return json.loads(process.stdout)


def verdicts_of(process: subprocess.CompletedProcess[str]) -> dict[str, str | None]:
    return {cell["variant"]: cell["verdict"] for cell in result_of(process)["cells"]}


def test_a_run_is_the_same_as_itself(ab_base: Program, make_run: MakeRun) -> None:
    run = make_run("run")
    process = ab_base("compare", run, run, "--format", "json")
    assert process.returncode == 0, process.stderr
    assert verdicts_of(process) == {"native/right": "same", "python/right": "same"}
    result = result_of(process)
    assert (result["verdict"], result["quantity"]) == ("same", "latency")
    assert [cell["rounds"] for cell in result["cells"]] == [ROUNDS, ROUNDS]


def test_a_real_run_is_not_slower_or_faster_than_itself(
    ab_base: Program, tiny_run: Results
) -> None:
    process = ab_base("compare", tiny_run.dir, tiny_run.dir, "--format", "json")
    assert process.returncode == 3, "one round has no interval"
    assert "too few rounds" in process.stderr
    assert set(verdicts_of(process).values()) == {"inconclusive"}


def test_doubled_latencies_are_slower(ab_base: Program, make_run: MakeRun) -> None:
    new = make_run("new", {"native/right": 2})
    process = ab_base("compare", make_run("old"), new, "--format", "json")
    assert process.returncode == 1
    assert verdicts_of(process) == {"native/right": "slower", "python/right": "same"}
    (native, _) = result_of(process)["cells"]
    assert native["base"] == pytest.approx(1000)
    assert native["new"] == pytest.approx(2000)
    assert native["ratio"]["ratio"] == pytest.approx(2)
    assert native["ratio"]["low"] < 2 < native["ratio"]["high"]


def test_halved_latencies_are_faster(ab_base: Program, make_run: MakeRun) -> None:
    new = make_run("new", {"native/right": 0.5, "python/right": 0.5})
    process = ab_base("compare", make_run("old"), new, "--format", "json")
    assert process.returncode == 0
    assert set(verdicts_of(process).values()) == {"faster"}
    assert result_of(process)["overall"]["ratio"] == pytest.approx(0.5)


def test_a_change_below_the_threshold_is_none(ab_base: Program, make_run: MakeRun) -> None:
    old, new = make_run("old"), make_run("new", {"native/right": 1.1})
    process = ab_base("compare", old, new, "--threshold", "15%", "--format", "json")
    assert process.returncode == 0
    assert verdicts_of(process)["native/right"] == "same"
    assert ab_base("compare", old, new).returncode == 1


def test_too_few_rounds_are_inconclusive(ab_base: Program, make_run: MakeRun) -> None:
    process = ab_base("compare", make_run("old", rounds=3), make_run("new", rounds=3))
    assert process.returncode == 3
    assert "too few rounds for intervals that hold together at 99 % (cells: 2)" in process.stderr


def test_text_and_markdown_hold_a_line_for_each_cell(
    ab_base: Program, make_run: MakeRun
) -> None:
    old, new = make_run("old"), make_run("new", {"native/right": 2})
    text = ab_base("compare", old, new).stdout.splitlines()
    assert len(text) == 4
    assert text[1].split()[:3] == ["work", "native/right", "16"]
    assert "1.00 µs" in text[1] and "2.00 µs" in text[1] and text[1].endswith("slower")
    assert text[3].startswith("overall 1.4") and ": slower (" in text[3]
    markdown = ab_base("compare", old, new, "--format", "markdown").stdout.splitlines()
    assert markdown[2].startswith("| work | native/right | 16 | 1.00 µs | 2.00 µs | 2.000 (")


def test_few_cells_are_warned_about(ab_base: Program, make_run: MakeRun) -> None:
    run = make_run("run")
    process = ab_base("compare", run, run)
    assert "gapmeter: warning: few cells (2)" in process.stderr
    assert "gapmeter ab" in process.stderr


def test_what_failed_in_the_new_run_alone_is_status_1(
    ab_base: Program, make_run: MakeRun
) -> None:
    def fail(row: Row) -> Row | None:
        if row["variant"] != "native/right":
            return row
        return row | {"status": "mismatch", "reason": "y[0]"} if row["pass"] == "verify" else None

    good, bad = make_run("good"), change_rounds(make_run("bad"), fail)
    process = ab_base("compare", good, bad)
    assert process.returncode == 1
    assert "work native/right n=16: mismatch: y[0]" in process.stdout
    process = ab_base("compare", bad, good)
    assert process.returncode == 0, "it is well again, and the other one is the same"
    assert "work native/right n=16: in the old run mismatch: y[0]" in process.stdout


def only_right(row: Row) -> Row | None:
    return row if row["variant"] == "native/right" else None


def test_cells_that_the_new_run_has_lost_are_named(ab_base: Program, make_run: MakeRun) -> None:
    whole, part = make_run("whole"), change_rounds(make_run("part"), only_right)
    process = ab_base("compare", whole, part, "--format", "json")
    assert process.returncode == 3
    answer = json.loads(process.stdout)
    assert {cell["variant"]: cell["verdict"] for cell in answer["cells"] if not cell["lost"]} == {
        "native/right": "same"
    }
    [lost] = [cell for cell in answer["cells"] if cell["lost"]]
    assert (lost["variant"], lost["reason"]) == ("python/right", "not in the new run")
    for format_ in ("text", "markdown"):
        process = ab_base("compare", whole, part, "--format", format_)
        assert "work python/right n=16: not in the new run" in process.stdout
    assert ab_base("compare", whole, part, "--strict").returncode == 1


def test_cells_that_only_the_new_run_has_are_counted(ab_base: Program, make_run: MakeRun) -> None:
    whole, part = make_run("whole"), change_rounds(make_run("part"), only_right)
    process = ab_base("compare", part, whole, "--format", "json")
    assert process.returncode == 0
    assert "cells only in the new run: 1" in process.stderr
    assert verdicts_of(process) == {"native/right": "same"}


def test_differing_inputs_are_not_compared(ab_base: Program, make_run: MakeRun) -> None:
    def other_inputs(row: Row) -> Row:
        return row | {"input_digest": "00000000000000bb"}

    process = ab_base("compare", make_run("old"), change_rounds(make_run("new"), other_inputs))
    assert process.returncode == 3
    assert process.stdout.count("the inputs differ; run both with the same --seed") == 2


# Runs that differ in more than the code.


@pytest.mark.parametrize(
    ("part", "fact", "value", "words"),
    [
        ("machine", "cpu", "Another CPU", ["machine.cpu: ", 'then "Another CPU"']),
        ("machine", "logical_cpus", 4096, ["machine.logical_cpus: ", "then 4096"]),
        ("python", "build", "another", ["python.build: ", 'then "another"']),
        ("build", "compiler", "tcc 0.9", ["build.compiler: ", 'then "tcc 0.9"']),
        (None, "huge_pages", "malloc", ['huge_pages: "system", then "malloc"']),
        ("worker_environment", "MALLOC_TOP_PAD_", "1", ["MALLOC_TOP_PAD_: ", 'then "1"']),
    ],
)
def test_a_difference_is_named_and_gaps_are_compared(
    ab_base: Program, make_run: MakeRun, part: str | None, fact: str, value: Any, words: list[str]
) -> None:
    new = make_run("new", {"native/right": 3, "python/right": 3})
    change_facts(new, part, **{fact: value})
    process = ab_base("compare", make_run("old"), new, "--format", "json")
    warnings = process.stderr.splitlines()
    assert all(line.startswith("gapmeter: warning: ") for line in warnings)
    assert all(word in warnings[0] for word in words)
    assert "gaps are compared, not times" in warnings[1]
    result = result_of(process)
    assert result["quantity"] == "gap"
    (cell,) = result["cells"]
    assert (cell["variant"], cell["verdict"]) == ("python/right", "same")
    assert cell["base"] == pytest.approx(10)
    assert process.returncode == 0


@pytest.mark.parametrize(
    ("part", "fact", "value", "words"),
    [
        (None, "pinned_cpu", 4095, "pinned_cpu: "),
        (None, "round_ns", 123, "round_ns: "),
        (None, "measured_alone", False, "measured_alone: true, then false"),
        ("machine", "cpu_quota", 1.5, "machine.cpu_quota: null, then 1.5"),
        ("python", "executable", "/venv/python3", 'then "/venv/python3"'),
    ],
)
def test_another_condition_is_named_and_times_are_compared_all_the_same(
    ab_base: Program, make_run: MakeRun, part: str | None, fact: str, value: Any, words: str
) -> None:
    new = make_run("new")
    change_facts(new, part, **{fact: value})
    process = ab_base("compare", make_run("old"), new, "--format", "json")
    assert any(words in line for line in process.stderr.splitlines()), process.stderr
    assert "gaps are compared" not in process.stderr
    assert result_of(process)["quantity"] == "latency"


def test_latencies_of_different_machines_are_compared_when_asked_for(
    ab_base: Program, make_run: MakeRun
) -> None:
    new = make_run("new", {"native/right": 3, "python/right": 3})
    change_facts(new, "machine", cpu="Another CPU")
    process = ab_base("compare", make_run("old"), new, "--by", "latency", "--format", "json")
    assert process.returncode == 1
    assert "Another CPU" in process.stderr
    assert "gaps are compared" not in process.stderr
    assert result_of(process)["quantity"] == "latency"


def test_gaps_of_one_machine_are_compared_when_asked_for(
    ab_base: Program, make_run: MakeRun
) -> None:
    new = make_run("new", {"native/right": 0.5})
    process = ab_base("compare", make_run("old"), new, "--by", "gap", "--format", "json")
    assert process.returncode == 1, "the gap is wider, though nothing is slower"
    assert verdicts_of(process) == {"python/right": "slower"}
    text = ab_base("compare", make_run("again"), new, "--by", "gap").stdout
    assert "10.0×" in text and "20.0×" in text


# Bad input.


def in_line(number: int, column: str, value: str) -> Callable[[str], str]:
    """Changes one field of a CSV file; lines are counted from 1, the header's included."""

    def change(text: str) -> str:
        lines = text.splitlines()
        fields = lines[number - 1].split(",")
        fields[lines[0].split(",").index(column)] = value
        lines[number - 1] = ",".join(fields)
        return "\n".join(lines) + "\n"

    return change


def schema(version: str) -> Callable[[str], str]:
    return lambda text: json.dumps(json.loads(text) | {"schema_version": json.loads(version)})


@pytest.mark.parametrize("damaged", ["old", "new"])
@pytest.mark.parametrize(
    ("file", "change", "words"),
    [
        pytest.param("rounds.csv", lambda text: text[:-20], ["line 23", "cut off"], id="truncated"),
        pytest.param("rounds.csv", lambda text: "", ["empty"], id="empty"),
        pytest.param(
            "rounds.csv", lambda text: text + "a,b\n", ["line 24", "2 fields"], id="a ragged row"
        ),
        *(
            pytest.param(
                "rounds.csv",
                in_line(5, "slices", f"12.5:994:995:0 {value}:994:995:0"),
                ["line 5", f" {value}:", "slices"],
                id=f"a latency of {value}",
            )
            for value in ("nan", "inf", "-1", "-0.5", "0", "1e999", "fast", "0x10")
        ),
        *(
            pytest.param(
                "rounds.csv",
                in_line(6, column, value),
                ["line 6", f"'{value}'", column],
                id=f"{column} {value}",
            )
            for column, value in (
                ("n", "-5"),
                ("n", "99999999999999999999"),
                ("n", "0"),
                ("round", "-1"),
                ("variant", "frog"),
                ("pass", "future"),
                ("status", "fine"),
                ("slices", "12.5"),
                ("slices", "12.5:994:995"),
                ("batches", "0"),
                ("batch_p50_ns", "nan"),
            )
        ),
        pytest.param(
            "run.json", schema("99"), ["schema version 99", "versions 2 to 3"], id="another schema"
        ),
        pytest.param("run.json", schema('"1"'), ["schema_version"], id="an absurd schema"),
        pytest.param("run.json", lambda text: "{", ["not a gapmeter run"], id="no JSON"),
        pytest.param("run.json", lambda text: "[]", ["not a gapmeter run"], id="no object"),
    ],
)
def test_a_damaged_run_is_rejected_by_file_and_line(
    ab_base: Program,
    make_run: MakeRun,
    damaged: str,
    file: str,
    change: Callable[[str], str],
    words: list[str],
) -> None:
    good, bad = make_run("good"), make_run("bad")
    text = (bad / file).read_text(encoding="utf-8")
    (bad / file).write_text(change(text), encoding="utf-8")
    runs = (bad, good) if damaged == "old" else (good, bad)
    assert_rejected(ab_base("compare", *runs), str(bad / file), *words)


@pytest.mark.parametrize("damaged", ["old", "new"])
@pytest.mark.parametrize("kind", ["missing", "file", "empty", "no run.json", "no rounds.csv"])
def test_what_is_no_run_is_rejected(
    ab_base: Program, make_run: MakeRun, tmp_path: Path, damaged: str, kind: str
) -> None:
    path = tmp_path / "run"
    if kind == "file":
        path.touch()
    if kind == "empty":
        path.mkdir()
    if kind.startswith("no "):
        make_run("run")
        (path / kind.removeprefix("no ")).unlink()
    good = make_run("good")
    runs = (path, good) if damaged == "old" else (good, path)
    assert_rejected(ab_base("compare", *runs), str(path))


def with_part(run: Path, part: str, value: Any) -> Path:
    """The run with a part of its run.json replaced."""
    path = run / "run.json"
    facts = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps(facts | {part: value}), encoding="utf-8")
    return run


@pytest.mark.parametrize("part", ["machine", "build", "python"])
def test_facts_that_are_missing_differ_but_do_no_harm(
    ab_base: Program, make_run: MakeRun, part: str
) -> None:
    new = with_part(make_run("new"), part, {})
    process = ab_base("compare", make_run("old"), new, "--format", "json")
    assert process.returncode == 0, process.stderr
    assert f"gapmeter: warning: {part}." in process.stderr


@pytest.mark.parametrize("part", ["machine", "build", "python"])
@pytest.mark.parametrize("value", [None, 7, "text", []])
def test_absurd_facts_are_rejected_by_file_and_key(
    ab_base: Program, make_run: MakeRun, part: str, value: Any
) -> None:
    new = with_part(make_run("new"), part, value)
    process = ab_base("compare", make_run("old"), new)
    assert_rejected(process, str(new / "run.json"), f"'{part}' is not an object")


def test_runs_without_a_common_cell_are_rejected(ab_base: Program, make_run: MakeRun) -> None:
    old = make_run("old")
    new = change_rounds(make_run("new"), lambda row: row | {"n": "17"})
    process = ab_base("compare", old, new)
    assert process.returncode == 2
    assert process.stdout == ""
    warning, error = process.stderr.splitlines()
    assert "cells only in the new run: 2" in warning
    assert str(old) in error and str(new) in error and "no cells in common" in error


def test_runs_without_a_row_have_no_common_cell(ab_base: Program, make_run: MakeRun) -> None:
    run = make_run("run")
    header = (run / "rounds.csv").read_text(encoding="utf-8").splitlines()[0]
    (run / "rounds.csv").write_text(header + "\n", encoding="utf-8")
    assert_rejected(ab_base("compare", run, run), str(run), "no cells in common")


def test_out_keeps_the_comparison_as_a_table_and_a_chart(
    ab_base: Program, make_run: MakeRun, tmp_path: Path
) -> None:
    base, slower = make_run("base"), make_run("slower", {"native/right": 1.25})
    out = tmp_path / "comparison"
    process = ab_base("compare", base, slower, "--out", out, "--format", "json")
    assert process.returncode == 1, process.stderr
    cells = {cell["variant"]: cell for cell in json.loads(process.stdout)["cells"]}
    table = {row["variant"]: row for row in read_csv(out / "changes.csv")}
    assert set(table) == set(cells)
    for variant, row in table.items():
        assert (row["quantity"], row["verdict"]) == ("latency_ns", cells[variant]["verdict"])
        assert float(row["ratio"]) == cells[variant]["ratio"]["ratio"]
    assert table["native/right"]["verdict"] == "slower"
    assert json.loads((out / "changes.json").read_text()) == json.loads(process.stdout)
    chart = (out / "changes.svg").read_text(encoding="utf-8")
    assert "native/right" in chart[: chart.index("</desc>")], "the alternative text names it"


def test_out_does_not_overwrite(ab_base: Program, make_run: MakeRun, tmp_path: Path) -> None:
    run = make_run("run")
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "precious").touch()
    process = ab_base("compare", run, run, "--out", tmp_path / "full")
    assert_rejected(process, "full", "not empty")
