"""Kernels that misbehave: each gets its row and a reason, and the rest of the run goes on."""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path

import pytest

from support import (
    BRIEF,
    Program,
    Results,
    Run,
    not_under,
    pids_with_argument,
    read_proc,
    running_pids,
)

ODD = 17

CHANGES_PREPARED = "changes what it prepared: each call must start from the same data; see inout"
ANSWERS_AS_BEFORE = (
    "answers with what an earlier call computed: each call must compute its result anew"
)

# What becomes of every variant of the zoo at an odd n: its status, and a pattern of its reason.
EXPECTED: dict[str, dict[str, tuple[str, str]]] = {
    "failing": {
        "native/right": ("ok", ""),
        "native/throws": ("error", "the native variant gave up"),
        "native/throws_number": ("error", "threw something that is not a std::exception"),
        "native/throws_garbage": ("error", r"broken \W+ text"),
        "native/garbles": ("crashed", r"killed by signal 6 .*; its last output: broken .*"),
        "native/bad_alloc": ("oom", "out of memory"),
        "native/segfaults": ("crashed", r"killed by signal 11 \(Segmentation fault\)"),
        "native/aborts": ("crashed", r"killed by signal 6 \(Aborted\)"),
        "native/exits": ("crashed", "exited with status 0 and no result"),
        "native/killed": ("oom", r"killed by signal 9 \(Killed\), probably for want of memory"),
        "native/terminates": (
            "crashed",
            r"killed by signal 6 \(Aborted\); its last output: .*runtime_error.*"
            r" \| what\(\):  against its promise",
        ),
        "native/throws_in_thread": (
            "crashed",
            r"killed by signal 6 .*: .*runtime_error.* \| what\(\):  alone in its thread",
        ),
        "native/gushes": ("crashed", r"killed by signal 6 .*; its last output: that was all"),
        "native/closes_pipes": (
            "crashed",
            "exited with status 2 and no result; its last output: .*answer: Bad file descriptor",
        ),
        "native/truncates": ("crashed", "its result can't be read: .*not a JSON object"),
        "native/answers_endlessly": ("crashed", "its result can't be read: .*nested too deeply"),
        "native/is_ready_endlessly": ("crashed", "exited with status 0 and no result"),
        "native/forges": ("crashed", "its result can't be read: .*another request"),
        "rust/panics": ("error", "panicked: index out of bounds: the len is 17 .* index is 17"),
        "rust/panics_with_number": ("error", "panicked: no text"),
        "rust/panics_in_thread": ("error", "panicked: a scoped thread panicked"),
        "rust/fails": ("error", "an error occurred when formatting an argument"),
        "rust/prepare_panics": ("error", "panicked: nothing to prepare"),
        "rust/prepare_fails": ("error", r"\d+ is not enough"),
        "rust/panics_twice": ("crashed", r"killed by signal 6 \(Aborted\); its last output: .*"),
        "rust/exhausts": ("oom", "out of memory: memory allocation of 4611686018427387972 bytes.*"),
        "python/right": ("ok", ""),
        "python/raises": (
            "error",
            r'ValueError: gave up, "finally", after \W\[2J two lines \(failing\.py, line \d+\)',
        ),
        "python/raises_unprintable": ("error", r"Unprintable.*failing\.py.*"),
        "python/interrupts": ("error", r"KeyboardInterrupt \(failing\.py, line \d+\)"),
        "python/sys_exit": ("error", r"called sys\.exit\(0\) \(failing\.py, line \d+\)"),
        "python/os_exit": ("crashed", "exited with status 0 and no result"),
        "python/segfaults": ("crashed", r"killed by signal 11 \(Segmentation fault\)"),
        "python/memory_error": ("oom", "out of memory"),
        "python/closes_pipes": (
            "crashed",
            r"killed by signal 6 .*|exited with status \d+ and no result",
        ),
        "python/gushes": ("crashed", r"killed by signal 6 .*; its last output: that was all"),
        "python/forges": ("crashed", "its result can't be read: .*not a JSON object"),
        "python/prepare_raises": (
            "error",
            r"ZeroDivisionError: division by zero \(failing\.py, line \d+\)",
        ),
        "python/missing_package": (
            "skipped",
            "needs the package no_such_package_xyz: No module named 'no_such_package_xyz'",
        ),
        "python/small_only": ("ok", ""),
    },
    "wrong": {
        "native/right": ("ok", ""),
        "native/value": ("mismatch", r"output 'y': element 0 is \d+\.5, expected \d+"),
        "native/tail": ("mismatch", r"output 'y': element 16 is 0, expected \d+"),
        "native/length": ("mismatch", "returned 16 values, expected 17.*"),
        "native/not_a_number": ("mismatch", r"output 'y': element 16 is nan, expected \d+"),
        "native/second_call": ("mismatch", "in the second call, output 'y': element 0 is .*"),
        "native/scribbles": ("mismatch", "the variant changed its inputs"),
        "rust/right": ("ok", ""),
        "rust/value": ("mismatch", r"output 'y': element 0 is \d+\.5, expected \d+"),
        "rust/length": ("mismatch", "returned 16 values, expected 17"),
        "rust/second_call": ("mismatch", "in the second call, output 'y': element 0 is .*"),
        "rust/consumes": ("mismatch", f"in the second call, .*; it {CHANGES_PREPARED}"),
        "rust/fills_room": ("ok", ""),
        "python/right": ("ok", ""),
        "python/value": ("mismatch", r"output 'y': element 0 is \d+\.5, expected \d+"),
        "python/text": ("mismatch", "returned str, expected a list, .* of numbers"),
        "python/nothing": ("mismatch", r"returned NoneType, .* is there a return\?"),
        "python/generator": ("mismatch", r"returned generator, .* put it into list\(\)"),
        "python/short": ("mismatch", "returned 16 values, expected 17 values"),
        "python/nested": ("mismatch", r"returned list .*, expected a number"),
        "python/number": ("mismatch", "returned float, expected a list, .* of numbers"),
        "python/boolean": ("mismatch", r"returned bool \(True\), expected a number"),
        "python/consumes": ("mismatch", "in the second call, returned 0 values, expected 17.*"),
        "python/scribbles": (
            "error",
            r"TypeError: cannot modify read-only memory \(wrong\.py, line \d+\)",
        ),
    },
    "rust_reference": {
        "native/right": ("ok", ""),
        "rust/right": ("ok", ""),
        "python/right": ("ok", ""),
        "python/value": ("mismatch", r"output 'y': element 0 is \d+\.5, expected \d+"),
    },
    "untidy": {
        "native/right": ("ok", ""),
        "native/floods": ("ok", ""),
        "native/changes_directory": ("ok", ""),
        "native/leaves_thread": ("ok", ""),
        "python/right": ("ok", ""),
        "python/prints": ("ok", ""),
        "python/closes_stdout": ("ok", ""),
        "python/leaves_child": ("ok", ""),
        "python/leaves_daemon": ("ok", ""),
        "python/clears_callbacks": ("ok", ""),
        "python/changes_directory": ("ok", ""),
        "python/leaves_thread": ("ok", ""),
    },
    "ordinary": {
        "native/right": ("ok", ""),
        "python/right": ("ok", ""),
        "python/pickled": ("ok", ""),
        "python/whole": ("ok", ""),
        "python/from_view": ("ok", ""),
        "python/typed_array": ("ok", ""),
        "python/numpy_double": ("ok", ""),
        "python/numpy_scalars": ("ok", ""),
        "python/calls_a_method": ("ok", ""),
        "python/decorated": ("ok", ""),
    },
    "stale": {
        "native/right": ("ok", ""),
        "native/sorts_prepared": ("mismatch", CHANGES_PREPARED),
        "native/remembers": ("mismatch", ANSWERS_AS_BEFORE),
        "native/reuses_room": ("ok", ""),
        "python/right": ("ok", ""),
        "python/sorts_prepared": ("mismatch", CHANGES_PREPARED),
        "python/sorts_array": ("mismatch", CHANGES_PREPARED),
        "python/sorts_typed": ("mismatch", CHANGES_PREPARED),
        "python/sorts_inside": ("mismatch", CHANGES_PREPARED),
        "python/remembers_in_prepared": ("mismatch", CHANGES_PREPARED),
        "python/remembers_by_identity": ("mismatch", ANSWERS_AS_BEFORE),
        "python/remembers_by_value": ("mismatch", rf"{ANSWERS_AS_BEFORE} \(sorted_once\)"),
        "python/fresh_for_nothing": ("error", ".*has fresh=, but the kernel has no inout field.*"),
        "python/uses_up": (
            "mismatch",
            f"in the second call, returned 16 values, expected 17 values; it {CHANGES_PREPARED}",
        ),
        "python/tires": (
            "mismatch",
            "after the timed calls, output 'y': element .*: each call must start from .* see inout",
        ),
        "python/padded_output": ("ok", ""),
        "python/list_as_room": ("ok", ""),
        "python/counts_its_calls": ("ok", ""),
    },
    "inplace": {
        "native/right": ("ok", ""),
        "native/insists": ("ok", ""),
        "native/halves": ("ok", ""),
        "native/forgets": ("mismatch", "inout 'y': element 16 is 1, expected .*"),
        "rust/right": ("ok", ""),
        "rust/insists": ("ok", ""),
        "rust/halves": ("ok", ""),
        "rust/forgets": ("mismatch", "inout 'y': element 16 is 1, expected .*"),
        "python/right": ("ok", ""),
        "python/buffers": ("ok", ""),
        "python/numpy": ("ok", ""),
        "python/insists": ("ok", ""),
        "python/forgets": ("mismatch", "inout 'y': element 16 is 1, expected .*"),
        "python/shortens": ("mismatch", "left in 'y': 16 values, expected 17 values"),
        "python/returns": ("mismatch", "returned a value, expected None"),
        "python/makes_too_many": ("error", ".*fresh= made 2 arguments for 1 inout fields.*"),
        "python/is_not_fresh": ("mismatch", "in the second call, inout 'y': element 0 is .*"),
    },
    "importing": {
        "native/right": ("ok", ""),
        "python/right": ("ok", ""),
    },
    "unparsable": {
        "native/right": ("ok", ""),
        "python/right": ("error", r"unparsable\.py can't be imported: SyntaxError: .*line \d+\)"),
    },
    "unpackaged": {
        "native/right": ("ok", ""),
        "python/right": (
            "skipped", r"unpackaged\.py needs the package a_package_that_nobody_has: .*",
        ),
    },
}
if not os.environ["GAPMETER_CARGO"]:
    del EXPECTED["rust_reference"]
    for rows in EXPECTED.values():
        names = [name for name in rows if name.startswith("rust/")]
        rows.update(dict.fromkeys(names, ("skipped", "built without cargo .*")))
CELLS = [(kernel, variant) for kernel, variants in EXPECTED.items() for variant in variants]
# A sanitizer gets there before the signal does, and ends the worker with a status of its own.
SANITIZED = not_under("address", "thread", "undefined", because="its report comes instead")


@pytest.fixture(scope="module")
def run(zoo: Program, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """All of the zoo but what never ends."""
    return zoo.measure(
        tmp_path_factory.mktemp("zoo") / "out",
        *BRIEF,
        *("--kernels", ",".join(EXPECTED), "--sizes", str(ODD)),
    )


def test_every_variant_has_its_row(run: Run) -> None:
    assert {(row["kernel"], row["variant"]) for row in run.summary} == set(CELLS)


@pytest.mark.parametrize(
    ("kernel", "variant"),
    [
        pytest.param(*cell, marks=SANITIZED) if cell[1].endswith("/segfaults") else cell
        for cell in CELLS
    ],
)
def test_status_and_reason_say_what_happened(run: Run, kernel: str, variant: str) -> None:
    status, reason = EXPECTED[kernel][variant]
    row = run.cell(kernel, variant, ODD)
    assert row["status"] == status, row["reason"]
    assert re.fullmatch(reason, row["reason"]), row["reason"]


def test_nothing_but_what_is_not_there_is_status_3(zoo: Program, out: Path) -> None:
    only = ("--kernels", "unpackaged", "--variants", "python/*", "--sizes", "4,8,16")
    run = zoo.measure(out, *BRIEF, *only)
    assert run.process.returncode == 3, run.process.stdout
    assert [(row["n"], row["status"]) for row in run.summary] == [
        ("4", "skipped"), ("8", "skipped"), ("16", "skipped"),
    ]
    assert "needs the package a_package_that_nobody_has" in run.process.stderr + run.process.stdout


def test_failed_cells_make_the_run_exit_1(run: Run) -> None:
    assert run.process.returncode == 1
    failed = [row for row in run.summary if row["status"] not in ("ok", "skipped")]
    assert f"{len(run.summary)} cells, {len(failed)} failed" in run.process.stdout


def test_what_failed_is_not_measured_and_what_is_right_is(run: Run) -> None:
    for row in run.summary:
        was_measured = row["status"] == "ok"
        for field in ("latency_ns", "items_per_s"):
            assert (row[field] != "") == was_measured, (row["variant"], field)
        # What is found after the timed calls is found after the memory pass.
        was_weighed = was_measured or row["reason"].startswith("after the timed calls")
        assert (row["rss_baseline_bytes"] != "") == was_weighed, row["variant"]
        assert (row["gap"] != "") == (was_measured and row["lane"] == "python")
        assert row["stop_reason"] == ("rounds" if was_measured else row["status"])


def test_verified_says_whether_the_values_were_compared(run: Run) -> None:
    verdicts = {"ok": "true", "mismatch": "false"}
    for row in run.summary:
        assert row["verified"] == verdicts.get(row["status"], "")


def test_gaps_are_never_against_a_native_variant_that_is_wrong(run: Run) -> None:
    references = {row["reference"] for row in run.summary if row["kernel"] == "wrong"}
    right = {name for name, (status, _) in EXPECTED["wrong"].items() if status == "ok"}
    assert references <= {"", *right} and references != {""}


def test_each_failure_is_one_plain_line_of_progress(run: Run) -> None:
    lines = run.process.stderr.splitlines()
    failures = [line for line in lines if not line.startswith("[")]
    expected = [
        f"{row['kernel']} {row['variant']} n={ODD}: {row['status']}: {row['reason']}"
        for row in run.summary
        if row["status"] != "ok"
    ]
    assert failures == expected
    assert all(line.isprintable() for line in lines)


@pytest.mark.parametrize(
    ("command", "statuses"),
    [("summarize", {0, 1}), ("report", {0}), ("plot", {0}), ("claims", {0, 3}), ("compare", {1})],
)
def test_what_a_run_writes_of_any_status_every_reader_takes(
    zoo: Program, run: Run, tmp_path: Path, command: str, statuses: set[int]
) -> None:
    copy = tmp_path / "größe"
    shutil.copytree(run.dir, copy)
    read = zoo(command, copy, *([copy] if command == "compare" else []))
    assert read.returncode in statuses, read.stderr
    assert "Traceback" not in read.stderr


def test_the_table_shows_the_status_of_what_failed(run: Run) -> None:
    table = run.process.stdout
    for status in ("mismatch", "crashed", "oom", "error"):
        assert re.search(rf"^ +{ODD} .*\b{status}\b", table, re.MULTILINE)
    assert re.search(r"^  skipped: python/\w+ \(", table, re.MULTILINE)


def test_output_of_kernels_lands_in_the_log_alone(run: Run) -> None:
    for stream in ("stdout", "stderr"):
        printed = f"printed to {stream} by untidy"
        assert printed in run.log
        assert printed not in run.process.stdout + run.process.stderr
    assert "--- untidy python/prints n=17 verify\n" in run.log
    assert f"{999:099d}" in run.log, "the end of what was flooded is kept"
    assert len(run.log) < 1_000_000, "but not all of it"


def test_the_traceback_is_in_the_log(run: Run) -> None:
    _, _, after = run.log.partition("--- failing python/raises n=17 verify\n")
    output = after.partition("\n---")[0]
    assert output.startswith("Traceback (most recent call last):")
    assert "failing.py" in output and "ValueError: gave up" in output


def test_processes_that_a_kernel_leaves_behind_are_ended(run: Run) -> None:
    for variant, argument in (("leaves_child", "86321"), ("leaves_daemon", "86322")):
        assert run.cell("untidy", f"python/{variant}", ODD)["status"] == "ok"
        assert pids_with_argument(argument) == []


def test_collections_that_nobody_could_count_are_left_out(zoo: Program, out: Path) -> None:
    variants = ("python/right", "python/clears_callbacks")
    # Calls that take long enough to be timed one by one.
    run = zoo.measure(
        out, *BRIEF, "--kernels", "untidy", "--variants", ",".join(variants), "--sizes", "4096"
    )
    counted, uncounted = (
        next(row for row in run.summary if row["variant"] == name) for name in variants
    )
    assert int(counted["single_calls"]) > 0 and int(uncounted["single_calls"]) > 0
    assert counted["gc_collections_2"] != ""
    assert uncounted["gc_collections_2"] == "", "not 0: nobody knows"


def test_a_call_that_never_ends_is_a_timeout_and_larger_sizes_are_skipped(
    zoo: Program, out: Path
) -> None:
    run = zoo.measure(
        out, *BRIEF, *("--kernels", "endless", "--sizes", "16,32", "--timeout", "1")
    )
    assert run.process.returncode == 1
    for variant in ("native/loops", "native/sleeps", "python/hangs", "python/sleeps"):
        first, second = (run.cell("endless", variant, n) for n in (16, 32))
        assert first["status"] == "timeout"
        assert first["reason"] == "still running after 1 s (--timeout)"
        assert (second["status"], second["reason"]) == ("skipped", "timeout already at n=16")
    for variant in ("native/right", "python/right"):
        assert [run.cell("endless", variant, n)["status"] for n in (16, 32)] == ["ok", "ok"]


@SANITIZED
@pytest.mark.parametrize("lane", ["native", "python"])
def test_memory_beyond_the_limit_is_out_of_memory(zoo: Program, out: Path, lane: str) -> None:
    run = zoo.measure(
        out,
        *(*BRIEF, "--kernels", "greedy", "--variants", f"right,{lane}/hoards"),
        *("--sizes", "16", "--mem-limit", "500Mi"),
    )
    assert run.process.returncode == 1, run.process.stderr
    hoards = run.cell("greedy", f"{lane}/hoards", 16)
    assert (hoards["status"], hoards["reason"]) == ("oom", "out of memory")
    for others in ("native/right", "python/right"):
        assert run.cell("greedy", others, 16)["status"] == "ok"


@SANITIZED
@pytest.mark.parametrize("lane", ["native", "python"])
def test_processes_that_together_have_more_than_the_limit_are_out_of_memory(
    zoo: Program, out: Path, lane: str
) -> None:
    run = zoo.measure(
        out,
        *(*BRIEF, "--kernels", "greedy", "--variants", f"right,{lane}/shares"),
        *("--sizes", "16", "--mem-limit", "500Mi"),
    )
    assert run.process.returncode == 1, run.process.stderr
    shares = run.cell("greedy", f"{lane}/shares", 16)
    assert shares["status"] == "oom"
    assert shares["reason"].startswith("its processes had more memory together than --mem-limit")
    for others in ("native/right", "python/right"):
        assert run.cell("greedy", others, 16)["status"] == "ok"


@pytest.mark.parametrize("lane", ["native", "python"])
def test_one_that_starts_ever_more_processes_is_ended_with_all_of_them(
    zoo: Program, out: Path, lane: str
) -> None:
    run = zoo.measure(
        out, *(*BRIEF, "--kernels", "greedy", "--variants", f"right,{lane}/forks", "--sizes", "16")
    )
    assert run.process.returncode == 1, run.process.stderr
    forks = run.cell("greedy", f"{lane}/forks", 16)
    assert forks["status"] == "crashed"
    assert forks["reason"] == "started more than 1000 processes and threads, and was ended"
    for others in ("native/right", "python/right"):
        assert run.cell("greedy", others, 16)["status"] == "ok"
    # Python's have the name of its worker: what else runs it is a test of somebody else's.
    names = [read_proc(pid, "comm").strip() for pid in running_pids()]
    assert names.count("zoo_forks") == 0
    assert len(names) < 1000


def test_where_results_go_does_not_depend_on_where_a_kernel_goes(
    zoo: Program, tmp_path: Path
) -> None:
    process = zoo(
        *("run", *BRIEF, "--kernels", "untidy", "--variants", "right,changes_directory"),
        *("--sizes", "16", "--out", "relative"),
        cwd=tmp_path,
    )
    assert process.returncode == 0, process.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["relative"]
    assert {row["status"] for row in Results(tmp_path / "relative").summary} == {"ok"}


def run_importing(zoo: Program, out: Path, how: str) -> Run:
    """A module that misbehaves at import, and one that does not."""
    return zoo.measure(
        out,
        *BRIEF,
        *("--kernels", "importing,ordinary", "--variants", "right", "--sizes", "16"),
        *("--timeout", "2"),
        environment={"GAPMETER_ZOO_IMPORT": how},
    )


@pytest.mark.parametrize("how", ["sys_exit", "exits", "segfaults", "hangs"])
def test_a_module_that_cannot_be_imported_costs_its_own_variants_alone(
    zoo: Program, out: Path, how: str
) -> None:
    run = run_importing(zoo, out, how)
    assert run.process.returncode == 1, run.process.stderr
    failed = run.cell("importing", "python/right", 16)
    assert failed["status"] in ("error", "crashed", "timeout")
    assert "importing.py" in failed["reason"]
    for kernel, lane in (("importing", "native"), ("ordinary", "native"), ("ordinary", "python")):
        assert run.cell(kernel, f"{lane}/right", 16)["status"] == "ok"


def test_what_a_module_prints_at_import_is_no_result(zoo: Program, out: Path) -> None:
    run = run_importing(zoo, out, "prints")
    assert run.process.returncode == 0
    assert "printed by importing.py" not in run.process.stdout + run.process.stderr
    listed = zoo("list", "--format", "json", environment={"GAPMETER_ZOO_IMPORT": "prints"})
    assert "printed by importing.py" not in listed.stdout


def test_only_skipped_cells_make_the_run_exit_0(zoo: Program, out: Path) -> None:
    run = zoo.measure(
        out,
        *BRIEF,
        *("--kernels", "failing", "--variants", "right,missing_package,small_only"),
        *("--sizes", "100,101"),
    )
    assert run.process.returncode == 0
    assert run.cell("failing", "python/small_only", 100)["status"] == "ok"
    above = run.cell("failing", "python/small_only", 101)
    assert (above["status"], above["verified"]) == ("skipped", "")
    assert above["reason"] == "n is above the variant's max_size of 100"


def test_summarize_reads_every_status_back(run: Run, zoo: Program) -> None:
    files = [run.dir / "summary.csv", run.dir / "latency.csv"]
    before = [file.read_bytes() for file in files]
    assert zoo("summarize", run.dir).returncode == 0
    assert [file.read_bytes() for file in files] == before
