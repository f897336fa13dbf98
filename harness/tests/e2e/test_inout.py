"""Kernels that change an input: each call finds it as it was declared, in every pass and lane."""

from __future__ import annotations

import json

import pytest

from support import BRIEF, Program, Run

SMALL, LARGE = 16, 20_000
RIGHT = ("native/right", "native/insists", "python/right", "python/insists")


@pytest.fixture(scope="module")
def run(zoo: Program, tmp_path_factory: pytest.TempPathFactory) -> Run:
    run = zoo.measure(
        tmp_path_factory.mktemp("inout") / "out",
        *("--quick", "--rounds", "2", "--kernels", "inplace"),
        *("--variants", ",".join(RIGHT), "--sizes", f"{SMALL},{LARGE}"),
    )
    assert run.process.returncode == 0, run.process.stdout + run.process.stderr
    return run


def test_calls_of_both_lanes_are_timed_on_the_same_content(run: Run) -> None:
    """`insists` refuses what another call has changed."""
    for n in (SMALL, LARGE):
        rows = [run.cell("inplace", variant, n) for variant in RIGHT]
        assert all(row["status"] == "ok" and float(row["latency_ns"]) > 0 for row in rows)
        assert len({row["input_digest"] for row in rows}) == 1


def test_short_calls_are_batched_on_a_pool_of_copies(run: Run) -> None:
    """Of one variant at least: a batch of an interrupted call may be that call."""
    rows = [run.cell("inplace", variant, SMALL) for variant in RIGHT]
    assert max(int(row["calls_per_batch"]) for row in rows) > 1


def test_single_calls_are_restored_one_by_one(run: Run) -> None:
    assert int(run.cell("inplace", "python/insists", LARGE)["single_calls"]) > 0


def test_a_description_says_which_inputs_are_changed(zoo: Program) -> None:
    kernels = json.loads(zoo("list", "--format", "json").stdout)["kernels"]
    (inputs,) = (kernel["inputs"] for kernel in kernels if kernel["name"] == "inplace")
    assert [(field["name"], field["inout"]) for field in inputs] == [("y", True), ("x", False)]


def test_fresh_is_for_kernels_that_change_something(zoo: Program) -> None:
    process = zoo("verify", "--kernels", "stale", "--variants", "python/right,fresh_for_nothing")
    assert process.returncode == 1
    assert "has fresh=, but the kernel has no inout field" in process.stdout


def test_what_spoils_its_data_is_told_after_the_first_round(zoo: Program, run: Run) -> None:
    spoiling = zoo.measure(
        run.dir.with_name("spoiling"),
        *(*BRIEF, "--kernels", "stale", "--variants", "native/right,python/tires"),
    )
    assert spoiling.process.returncode == 1
    row = spoiling.cell("stale", "python/tires", 16)
    assert (row["status"], row["verified"], row["latency_ns"]) == ("mismatch", "false", "")
