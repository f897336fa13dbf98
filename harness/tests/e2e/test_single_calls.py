"""Single calls: their percentiles in summary.csv and latency.csv, and the collector's runs."""

from __future__ import annotations

from collections import Counter, defaultdict
from pathlib import Path

import pytest

from support import Program, Row, Run

ROUNDS = 2
PERCENTILES = {"0.5": "p50", "0.9": "p90", "0.99": "p99", "0.999": "p999", "1": "max"}
# How many calls have ten beyond the percentile; a maximum is one of a hundred.
NEEDED = {"p50": 20, "p90": 100, "p99": 1000, "p999": 10_000, "max": 100}

CellKey = tuple[str, str, str]


@pytest.fixture(scope="module")
def run(gapmeter: Program, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Calls of less than a microsecond, and calls of many."""
    return gapmeter.measure(
        tmp_path_factory.mktemp("single_calls") / "out",
        *("--quick", "--rounds", str(ROUNDS), "--kernels", "sum", "--sizes", "1,16,100k"),
    )


@pytest.fixture(scope="module")
def garbage(zoo: Program, tmp_path_factory: pytest.TempPathFactory) -> Run:
    return zoo.measure(
        tmp_path_factory.mktemp("garbage") / "out",
        *("--quick", "--rounds", str(ROUNDS), "--kernels", "garbage", "--sizes", "16"),
    )


def key_of(row: Row) -> CellKey:
    return row["kernel"], row["variant"], row["n"]


def histogram_of(field: str) -> Counter[int]:
    """How many calls each bucket holds, by the bucket's lower bound."""
    buckets = (entry.split(":") for entry in field.split())
    return Counter({int(bound): int(count) for bound, count in buckets})


def histograms_of(run: Run) -> dict[CellKey, Counter[int]]:
    """Each cell's single calls, over its rounds."""
    cells: dict[CellKey, Counter[int]] = defaultdict(Counter)
    for row in run.rounds:
        if row["single_calls"]:
            cells[key_of(row)].update(histogram_of(row["single_calls"]))
    return cells


def width_of(bound: int) -> int:
    """Buckets keep eleven significant bits."""
    return 1 << max(0, bound.bit_length() - 11)


def quantile_of(histogram: Counter[int], quantile: float) -> float:
    """The middle of the bucket below which less than this share of the calls lies."""
    left = quantile * histogram.total()
    for bound in sorted(histogram):
        left -= histogram[bound]
        if left <= 0:
            break
    return bound + (width_of(bound) - 1) / 2


def curves_of(run: Run) -> dict[CellKey, dict[str, str]]:
    """Each cell's latencies in latency.csv, by their quantiles."""
    curves: dict[CellKey, dict[str, str]] = defaultdict(dict)
    for row in run.latency:
        curves[key_of(row)][row["quantile"]] = row["latency_ns"]
    return curves


def test_calls_of_a_microsecond_and_more_are_timed_one_by_one(run: Run) -> None:
    assert run.process.returncode == 0, run.process.stderr
    timed = [row for row in run.rounds if row["pass"] == "time"]
    for row in timed:
        assert (row["single_calls"] != "") == (float(row["batch_p50_ns"]) >= 1000)
    assert {row["single_calls"] != "" for row in timed} == {True, False}, "some are, some are not"
    for row in run.rounds:
        assert row["pass"] == "time" or row["single_calls"] == ""


def test_single_calls_are_counted_over_the_rounds(run: Run) -> None:
    histograms = histograms_of(run)
    for row in run.summary:
        calls = histograms[key_of(row)].total()
        assert row["single_calls"] == (str(calls) if calls else "")
    slowest = run.cell("sum", "python/loop", 100_000)
    assert int(slowest["single_calls"]) >= ROUNDS, "at least one in each round"


def test_percentiles_are_those_of_the_single_calls(run: Run) -> None:
    histograms = histograms_of(run)
    found = 0
    for row in run.summary:
        for quantile, name in PERCENTILES.items():
            if field := row[f"latency_{name}_ns"]:
                expected = quantile_of(histograms[key_of(row)], float(quantile))
                assert float(field) == pytest.approx(expected, rel=0.002), (row["variant"], name)
                found += 1
    assert found > 0


def test_percentiles_need_calls_beyond_them(run: Run) -> None:
    for row in run.summary:
        calls = int(row["single_calls"] or 0)
        for name, needed in NEEDED.items():
            assert (row[f"latency_{name}_ns"] != "") == (calls >= needed), (row["variant"], name)


def test_latency_csv_holds_the_percentiles_of_summary_csv(run: Run) -> None:
    curves = curves_of(run)
    for row in run.summary:
        curve = curves[key_of(row)]
        for quantile, name in PERCENTILES.items():
            assert curve.get(quantile, "") == row[f"latency_{name}_ns"], (row["variant"], name)


def test_latency_csv_names_its_cells_in_the_order_of_summary_csv(run: Run) -> None:
    cells = {key_of(row): row for row in run.summary}
    for row in run.latency:
        cell = cells[key_of(row)]
        assert (row["lane"], row["threads"]) == (cell["lane"], cell["threads"])
        assert row["calls"] == cell["single_calls"]
    listed = list(dict.fromkeys(key_of(row) for row in run.latency))
    assert listed == [key for key in cells if key in set(listed)]
    assert listed, "some cells have a curve"


def test_a_curve_never_falls(run: Run) -> None:
    for curve in curves_of(run).values():
        quantiles = [float(quantile) for quantile in curve]
        latencies = [float(latency) for latency in curve.values()]
        assert quantiles == sorted(set(quantiles))
        assert latencies == sorted(latencies)
        assert all(0 < quantile <= 1 for quantile in quantiles)


def test_floors_stand_beside_percentiles_and_above_the_median(run: Run) -> None:
    for row in run.summary:
        for name in ("p99", "p999"):
            if floor := row[f"latency_{name}_floor_ns"]:
                assert row[f"latency_{name}_ns"] != ""
                assert float(floor) >= float(row["latency_p50_ns"])


def test_only_python_has_collections(run: Run) -> None:
    for row in run.summary:
        counted = row["lane"] == "python" and row["single_calls"] != ""
        for field in ("collections_0", "collections_1", "collections_2", "total_ns", "longest_ns"):
            assert (row[f"gc_{field}"] != "") == counted, (row["variant"], field)


def collections_of(row: Row) -> list[int]:
    return [int(row[f"gc_collections_{generation}"]) for generation in range(3)]


@pytest.mark.parametrize("variant", ["cycles", "containers"])
def test_collections_that_a_call_causes_are_counted(garbage: Run, variant: str) -> None:
    row = garbage.cell("garbage", f"python/{variant}", 16)
    assert row["status"] == "ok", row["reason"]
    assert sum(collections_of(row)) >= int(row["single_calls"]), "each call causes several"
    assert int(row["gc_total_ns"]) > int(row["gc_longest_ns"]) > 0


def test_a_call_that_makes_no_containers_causes_hardly_any_collection(garbage: Run) -> None:
    row = garbage.cell("garbage", "python/right", 16)
    assert int(row["single_calls"]) >= ROUNDS
    assert sum(collections_of(row)) <= int(row["single_calls"])
    busy = garbage.cell("garbage", "python/cycles", 16)
    rates = [sum(collections_of(cell)) / int(cell["single_calls"]) for cell in (row, busy)]
    assert rates[0] < rates[1]


def test_collections_add_up_over_the_rounds(garbage: Run) -> None:
    for cell in garbage.summary:
        if cell["lane"] == "native":
            continue
        rounds = [
            row for row in garbage.rounds if key_of(row) == key_of(cell) and row["pass"] == "time"
        ]
        assert len(rounds) == ROUNDS
        for field in ("collections_0", "collections_1", "collections_2", "total_ns"):
            assert int(cell[f"gc_{field}"]) == sum(int(row[f"gc_{field}"]) for row in rounds)
        assert int(cell["gc_longest_ns"]) == max(int(row["gc_longest_ns"]) for row in rounds)


def test_collections_are_a_part_of_the_calls(garbage: Run) -> None:
    for row in garbage.rounds:
        if row["gc_total_ns"]:
            calls = histogram_of(row["single_calls"])
            longest = sum((bound + width_of(bound)) * count for bound, count in calls.items())
            assert int(row["gc_total_ns"]) <= longest


def test_a_run_without_single_calls_leaves_a_latency_csv_of_its_header(
    gapmeter: Program, out: Path
) -> None:
    run = gapmeter.measure(
        out,
        *("--quick", "--rounds", "1", "--kernels", "empty", "--variants", "native/nothing"),
    )
    assert run.latency == []
    header = (run.dir / "latency.csv").read_text(encoding="utf-8")
    assert header == "kernel,variant,lane,n,threads,calls,quantile,latency_ns\n"
