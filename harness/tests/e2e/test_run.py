"""A run of the real kernels: its rows, its summary, run.json, what it prints."""

from __future__ import annotations

import json
import re
import statistics
from collections import defaultdict
from fnmatch import fnmatchcase
from pathlib import Path

import pytest

from support import BRIEF, SANITIZERS, Program, Row, Run, slices_of

KERNELS = ("sum", "apply_weights", "empty")
SIZES = (16, 1000)
# Those that are there on every machine: all but the ones that Numba or another tool compiles.
VARIANTS = ("native/*", "python/[abl]*", "python/com*", "python/no*", "python/numpy*")
ROUNDS = 2
# The columns of summary.csv that others build on; more may follow.
CONTRACT = (
    "kernel variant lane n threads status reason verified max_error rounds stop_reason "
    "latency_ns latency_ci_low_ns latency_ci_high_ns "
    "latency_p50_ns latency_p90_ns latency_p99_ns latency_p999_ns latency_max_ns "
    "items_per_s bytes_per_s flops_per_s "
    "rss_baseline_bytes rss_input_bytes rss_peak_bytes rss_retained_bytes "
    "reference gap gap_ci_low gap_ci_high input_digest"
).split()

CellKey = tuple[str, str, str]


@pytest.fixture(scope="module")
def run(gapmeter: Program, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Every variant of the real kernels at two sizes, in two rounds."""
    return gapmeter.measure(
        tmp_path_factory.mktemp("run") / "out",
        "--quick",
        *("--kernels", ",".join(KERNELS)),
        *("--sizes", ",".join(map(str, SIZES))),
        *("--rounds", str(ROUNDS)),
        *("--variants", ",".join(VARIANTS)),
    )


def key_of(row: Row) -> CellKey:
    return row["kernel"], row["variant"], row["n"]


def latencies_of(run: Run) -> dict[CellKey, dict[str, float]]:
    """Each cell's latency in each of its rounds that had undisturbed slices."""
    limits = {threads: 1.03 * probe["best"] for threads, probe in run.facts["probes"].items()}
    cells: dict[CellKey, dict[str, float]] = defaultdict(dict)
    for row in run.rounds:
        if row["pass"] != "time":
            continue
        undisturbed = [
            slice_.call_ns
            for slice_ in slices_of(row)
            if max(slice_.before, slice_.after) <= limits[row["threads"]] and slice_.waited <= 30
        ]
        if undisturbed:
            cells[key_of(row)][row["round"]] = statistics.median(undisturbed)
    return cells


def figures_of(run: Run) -> dict[CellKey, float]:
    """The latency of each cell that was not disturbed nearly all the time; of two rounds."""
    states = {key_of(row): row["state"] for row in run.summary}
    return {
        key: statistics.geometric_mean(by_round.values())
        for key, by_round in latencies_of(run).items()
        if states[key] == "undisturbed"
    }


def test_a_run_that_goes_well_exits_0_and_leaves_its_files(run: Run) -> None:
    assert run.process.returncode == 0, run.process.stderr
    names = {path.name for path in run.dir.iterdir()}
    tables = {"rounds.csv", "summary.csv", "latency.csv", "metrics.csv", "growth.csv", "lanes.csv"}
    assert names == tables | {"run.json", "workers.log"}
    if not SANITIZERS:  # whose library says that the stock interpreter can't load it
        assert run.log == "", "the real kernels print nothing"


def test_every_planned_cell_is_ok_and_verified(run: Run, gapmeter: Program) -> None:
    kernels = json.loads(gapmeter("list", "--format", "json").stdout)["kernels"]
    planned = {
        (kernel["name"], variant, str(n))
        for kernel in kernels
        if kernel["name"] in KERNELS
        for variant in kernel["variants"]
        if any(fnmatchcase(variant, pattern) for pattern in VARIANTS)
        for n in SIZES
    }
    assert {key_of(row) for row in run.summary} == planned
    for row in run.summary:
        assert (row["status"], row["reason"], row["verified"]) == ("ok", "", "true")
        assert (row["rounds"], row["stop_reason"]) == (str(ROUNDS), "rounds")
        assert row["lane"] == row["variant"].partition("/")[0]


def test_every_cell_has_a_row_for_each_of_its_jobs(run: Run) -> None:
    tasks = defaultdict(list)
    for row in run.rounds:
        tasks[key_of(row)].append((row["pass"], row["round"]))
    for passes in tasks.values():
        assert passes == [("verify", "0"), ("memory", "0"), ("time", "0"), ("time", "1")]


def test_both_lanes_get_the_same_inputs(run: Run) -> None:
    digests = defaultdict(set)
    for row in run.rounds:
        digests[row["kernel"], row["n"]].add(row["input_digest"])
    assert all(len(found) == 1 for found in digests.values())
    distinct = {found for (found,) in digests.values()}
    assert len(distinct) == len(digests), "other kernels and sizes have other inputs"
    assert all(re.fullmatch("[0-9a-f]{16}", digest) for digest in distinct)
    for row in run.summary:
        assert {row["input_digest"]} == digests[row["kernel"], row["n"]]


def test_inputs_depend_on_the_seed_alone(gapmeter: Program, tmp_path: Path) -> None:
    digests = []
    for name, seed in (("first", "1"), ("again", "1"), ("other", "2")):
        run = gapmeter.measure(
            tmp_path / name,
            *BRIEF,
            *("--kernels", "sum", "--variants", "native/strict", "--sizes", "16", "--seed", seed),
        )
        digests.append(run.summary[0]["input_digest"])
        assert run.facts["seed"] == int(seed)
    assert digests[0] == digests[1] != digests[2]


def test_the_summary_keeps_to_its_columns(run: Run) -> None:
    columns = (run.dir / "summary.csv").read_text(encoding="utf-8").splitlines()[0].split(",")
    assert columns[: len(CONTRACT)] == CONTRACT
    assert len(set(columns)) == len(columns)


def test_latency_is_that_of_undisturbed_slices_and_rates_follow_from_it(run: Run) -> None:
    latencies = figures_of(run)
    costs = {key_of(row): row for row in run.rounds}
    for row in run.summary:
        latency = float(row["latency_ns"])
        assert latency == pytest.approx(latencies.get(key_of(row), latency))
        for unit in ("items", "bytes", "flops"):
            per_call = costs[key_of(row)][f"{unit}_per_call"]
            expected = float(per_call) / (latency * 1e-9) if per_call else ""
            found = row[f"{unit}_per_s"]
            assert (float(found) if found else "") == pytest.approx(expected)
    if not latencies:
        pytest.skip("no cell had five undisturbed slices: the machine is busy")


def test_every_gap_is_the_quotient_of_the_latencies_beside_it(run: Run) -> None:
    def work_of(row: Row) -> tuple[str, ...]:
        return row["kernel"], row["n"], row["job"]

    for row in run.summary:
        if row["lane"] == "native":
            assert (row["gap"], row["reference"]) == ("", "")
            continue
        native = {
            other["variant"]: float(other["latency_ns"])
            for other in run.summary
            if work_of(other) == work_of(row) and other["lane"] == "native"
        }
        assert row["reference"] == min(native, key=lambda name: native[name])
        expected = float(row["latency_ns"]) / min(native.values())
        assert float(row["gap"]) == pytest.approx(expected, rel=1e-12)


def test_run_json_keeps_what_the_probes_read(run: Run) -> None:
    probes = run.facts["probes"]
    assert set(probes) == {row["threads"] for row in run.rounds if row["pass"] == "time"}
    for probe in probes.values():
        assert 0 < probe["undisturbed"] <= 1
        counts = [int(bucket.partition(":")[2]) for bucket in probe["readings"].split()]
        assert sum(counts) == sum(len(slices_of(row)) for row in run.rounds if row["slices"])


def test_what_was_not_measured_is_empty(run: Run) -> None:
    for row in run.summary:
        if not row["single_calls"]:
            for percentile in ("p50", "p90", "p99", "p999", "max", "p99_floor", "p999_floor"):
                assert row[f"latency_{percentile}_ns"] == "", "calls this short have no percentiles"
        assert row["latency_ci_low_ns"] == row["gap_ci_low"] == "", "two rounds give no interval"
    (nothing,) = (row for row in run.summary if key_of(row) == ("empty", "native/nothing", "16"))
    assert nothing["flops_per_s"] == nothing["bytes_per_s"] == ""
    assert nothing["single_calls"] == ""


def test_three_rounds_give_intervals_around_the_values(gapmeter: Program, out: Path) -> None:
    run = gapmeter.measure(out, "--kernels", "empty", "--rounds", "3")
    rounds = {key: len(by_round) for key, by_round in latencies_of(run).items()}
    for row in run.summary:
        if row["state"] == "undisturbed" and rounds[key_of(row)] < 3:
            continue  # the machine was busy
        low, high = (float(row[f"latency_ci_{end}_ns"]) for end in ("low", "high"))
        assert low <= float(row["latency_ns"]) <= high
    gap = run.cell("empty", "python/nothing", 1)
    if gap["gap_ci_low"]:
        assert float(gap["gap_ci_low"]) <= float(gap["gap"]) <= float(gap["gap_ci_high"])


def test_summarize_reproduces_the_summary_byte_for_byte(run: Run, gapmeter: Program) -> None:
    files = [run.dir / "summary.csv", run.dir / "latency.csv"]
    before = [file.read_bytes() for file in files]
    for file in files:
        file.unlink()
    process = gapmeter("summarize", run.dir)
    assert (process.returncode, process.stderr) == (0, "")
    assert [file.read_bytes() for file in files] == before
    table, answers = process.stdout.rsplit("\n\n", 1)
    assert table in run.process.stdout and answers in run.process.stdout


def test_every_variant_is_in_every_round_once(run: Run) -> None:
    places: dict[tuple[str, str, str], list[str]] = defaultdict(list)
    for row in run.rounds:
        if row["pass"] == "time":
            variants = places[row["kernel"], row["n"], row["round"]]
            assert row["position"] == str(len(variants)), "the order in which they were started"
            variants.append(row["variant"])
    for (kernel, n, _), variants in places.items():
        assert len(set(variants)) == len(variants)
        assert variants == places[kernel, n, "0"]


def test_the_rounds_of_a_cell_are_timed_in_batches_of_the_same_calls(run: Run) -> None:
    calls = defaultdict(set)
    for row in run.rounds:
        if row["pass"] == "time":
            calls[key_of(row)].add(row["calls_per_batch"])
            assert int(row["batches"]) >= len(slices_of(row)) >= 1
    assert all(len(found) == 1 for found in calls.values())


def test_run_json_tells_how_the_run_was_made(run: Run) -> None:
    facts = run.facts
    assert facts["schema_version"] == 3
    assert facts["command"][1:4] == ["run", "--out", str(run.dir)]
    assert (facts["seed"], facts["rounds"], facts["interrupted"]) == (1, ROUNDS, False)
    assert facts["started"] <= facts["ended"]
    assert facts["python"]["link"] == "static"
    assert (facts["python"]["engine"], facts["further_engines"]) == ("embedded", {})
    assert (facts["precision"], facts["single_calls_ns"]) == (None, facts["round_ns"] // 2)
    assert set(facts["kernels"]) == set(KERNELS)
    assert facts["kernels"]["sum"]["reference"] == "native/f64"
    expected_keys = {
        "machine": {"logical_cpus", "caches", "memory_bytes", "os", "kernel", "load"},
        "build": {"compiler", "flags", "build_type", "git_revision", "google_benchmark", "python"},
        "python": {"version", "executable", "engine", "numpy", "numpy_blas"},
        "worker_environment": {"OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"},
    }
    for section, keys in expected_keys.items():
        assert keys <= set(facts[section])


def test_run_json_tells_which_inherited_variables_libraries_look_at(
    gapmeter: Program, out: Path
) -> None:
    inherited = {"OPENBLAS_CORETYPE": "Haswell", "OMP_NUM_THREADS": "7", "HOLIDAY": "soon"}
    run = gapmeter.measure(
        out, *BRIEF, "--kernels", "empty", "--variants", "native/*", environment=inherited
    )
    told = run.facts["worker_environment"]
    assert told["OPENBLAS_CORETYPE"] == "Haswell"
    assert told["OMP_NUM_THREADS"] == "1", "what workers are given counts"
    assert "HOLIDAY" not in told


def test_numpy_brings_an_optimised_blas(run: Run) -> None:
    assert re.search("openblas|mkl|blis", run.facts["python"]["numpy_blas"])


def test_the_table_on_stdout_shows_every_size_and_gap(run: Run) -> None:
    blocks = run.process.stdout.split("\n\n")
    tables = {
        block.splitlines()[0]: block for block in blocks
        if "fastest native" in block and not block.startswith("×")
    }
    assert set(tables) == {*KERNELS, "apply_weights: into"}
    for title, table in tables.items():
        kernel, _, job = title.partition(": ")
        rows = [
            row for row in run.summary
            if (row["kernel"], row["job"], row["lane"]) == (kernel, job, "python")
        ]
        shown = re.findall(r"python/\w+", table)
        assert sorted(shown) == sorted({row["variant"] for row in rows})
        assert table.count("×") == len([row for row in rows if row["gap"]])
        sizes = re.findall(r"^ +(\w+) ", table, re.M)
        assert set(sizes) - {"n", "skipped"} == {"16", "1k"}


def test_ends_with_the_answer_in_words(run: Run) -> None:
    *_, ending = run.process.stdout.split("\n\n")
    *answers, following = ending.splitlines()
    assert following == f"Next: gapmeter report {run.dir}"
    told = [line for line in answers if not line.startswith(" ")]
    assert {line.partition(":")[0] for line in told} == set(KERNELS)
    assert all("rewriting" in line for line in told)
    assert f"{len(run.summary)} cells, 0 failed; results in {run.dir}\n" in run.process.stdout


@pytest.mark.parametrize("columns", [40, 80, 120])
def test_stdout_fits_its_width(gapmeter: Program, out: Path, columns: int) -> None:
    run = gapmeter.measure(
        out, *BRIEF, "--kernels", "sum", "--sizes", "16", environment={"COLUMNS": str(columns)}
    )
    lines = run.process.stdout.replace(str(run.dir), "DIR").splitlines()
    assert max(map(len, lines)) <= columns


def test_colour_is_for_terminals_or_when_asked_for(gapmeter: Program, out: Path) -> None:
    few = [*BRIEF, "--kernels", "empty", "--sizes", "16"]
    plain = gapmeter.measure(out / "plain", *few).process.stdout
    assert "\x1b" not in plain
    coloured = gapmeter.measure(out / "coloured", *few, "--color", "always").process.stdout
    assert "\x1b[1m" in coloured


def test_progress_off_a_terminal_is_plain_lines_on_stderr(run: Run) -> None:
    lines = run.process.stderr.splitlines()
    pattern = re.compile(r"\[(\d+)/(\d+) tasks\] (\w+) n=(16|1k) round \d(, .+ left)?")
    progress = [pattern.fullmatch(line) for line in lines]
    assert all(progress), run.process.stderr
    assert 5 <= len(progress) <= 20
    done = [int(match[1]) for match in progress if match]
    assert done == sorted(done) and done[-1] == len(run.rounds)


def test_a_budget_ends_the_rounds_but_leaves_no_cell_out(gapmeter: Program, out: Path) -> None:
    run = gapmeter.measure(
        out, "--quick", "--kernels", "empty", "--rounds", "100000", "--budget", "2s"
    )
    assert run.process.returncode == 0
    for row in run.summary:
        assert (row["status"], row["stop_reason"]) == ("ok", "budget")
        assert 1 <= int(row["rounds"]) < 100_000


def test_sizes_past_the_budget_are_skipped_with_that_reason(gapmeter: Program, out: Path) -> None:
    run = gapmeter.measure(
        out,
        *BRIEF,
        *("--kernels", "sum", "--variants", "native/f64", "--sizes", "1,2", "--budget", "0.001"),
    )
    assert run.process.returncode == 0
    last = run.cell("sum", "native/f64", 2)
    assert (last["status"], last["reason"]) == ("skipped", "the budget ended before this size")


def test_variants_are_selected_by_name_and_by_pattern(gapmeter: Program, out: Path) -> None:
    run = gapmeter.measure(
        out, *BRIEF, *("--kernels", "s?m", "--variants", "python/b*,simd", "--sizes", "16")
    )
    selected = ["native/simd", "rust/simd", "python/builtin"]
    assert [row["variant"] for row in run.summary] == selected


def test_without_a_native_variant_there_is_no_gap(gapmeter: Program, out: Path) -> None:
    run = gapmeter.measure(
        out, *BRIEF, *("--kernels", "sum", "--variants", "python/builtin", "--sizes", "16")
    )
    (row,) = run.summary
    assert (row["status"], row["gap"], row["reference"]) == ("ok", "", "")


def test_without_out_the_results_go_to_a_directory_of_their_own(gapmeter: Program) -> None:
    process = gapmeter("run", *BRIEF, "--kernels", "empty")
    (directory,) = re.findall(r"results in (results/\d{8}-\d{6})\n", process.stdout)
    assert (gapmeter.working_dir / directory / "summary.csv").is_file()
