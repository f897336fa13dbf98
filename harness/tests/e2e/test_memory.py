"""The memory pass against allocations whose size is known."""

from __future__ import annotations

from pathlib import Path

import pytest

from support import BRIEF, Program, Run, not_under

pytestmark = not_under(
    "address", "thread", because="resident memory is its shadow's and that of what was freed"
)

MI = 1 << 20
SMALL, LARGE = 1 * MI, 4 * MI
# The allocator and the kernel round to pages and arenas; a slope over megabytes hardly sees it.
FOUR_BYTES = (3.9, 4.6)
EIGHT_BYTES = (7.9, 8.6)
TWELVE_BYTES = (11.9, 13.2)
NOTHING = (-0.5, 0.5)
# 8 bytes of pointer and 24 of object, which CPython's allocator rounds up to 32 where it aligns to
# 16 bytes, as it does on 64-bit machines.
FLOAT_OBJECT = (31.5, 41)


@pytest.fixture(scope="module")
def run(zoo: Program, tmp_path_factory: pytest.TempPathFactory) -> Run:
    run = zoo.measure(
        tmp_path_factory.mktemp("memory") / "out",
        *BRIEF,
        *("--kernels", "memory_probe", "--sizes", f"1000,{SMALL},{LARGE}"),
        *("--variants", "native/*,python/floats,python/scratch,python/retains"),
    )
    assert run.process.returncode == 0, run.process.stderr
    return run


def bytes_per_element(run: Run, variant: str, field: str) -> float:
    """The slope of a field of the memory pass between two sizes."""
    found = {
        int(row["n"]): int(row[f"rss_{field}_bytes"])
        for row in run.rounds
        if row["variant"] == variant and row["pass"] == "memory"
    }
    return (found[LARGE] - found[SMALL]) / (LARGE - SMALL)


@pytest.mark.parametrize(
    ("variant", "field", "expected"),
    [
        pytest.param("native/slice", "input", FOUR_BYTES, id="a float32 slice"),
        pytest.param("python/floats", "input", FLOAT_OBJECT, id="a list of floats"),
        pytest.param("python/scratch", "input", FOUR_BYTES, id="a view of the float32 slice"),
        pytest.param("native/slice", "peak", FOUR_BYTES, id="a call that allocates nothing"),
        pytest.param("native/scratch", "peak", TWELVE_BYTES, id="input and scratch"),
        pytest.param("python/scratch", "peak", TWELVE_BYTES, id="input and scratch in Python"),
        pytest.param("native/slice", "retained", NOTHING, id="everything is freed"),
        pytest.param("native/scratch", "retained", NOTHING, id="scratch is freed"),
        pytest.param("python/floats", "retained", NOTHING, id="the list is freed"),
        pytest.param("python/scratch", "retained", NOTHING, id="scratch in Python is freed"),
        pytest.param("native/retains", "retained", EIGHT_BYTES, id="a static vector"),
        pytest.param("python/retains", "retained", EIGHT_BYTES, id="a global in Python"),
    ],
)
def test_known_memory_is_found(
    run: Run, variant: str, field: str, expected: tuple[float, float]
) -> None:
    low, high = expected
    assert low <= bytes_per_element(run, variant, field) <= high


def test_the_summary_shows_what_the_memory_pass_found(run: Run) -> None:
    summary = run.cell("memory_probe", "python/floats", LARGE)
    low, high = (bound * LARGE for bound in FLOAT_OBJECT)
    assert low <= int(summary["rss_input_bytes"]) <= int(summary["rss_peak_bytes"]) <= high


def test_what_children_of_the_call_have_counts(zoo: Program, out: Path) -> None:
    run = zoo.measure(
        out, *BRIEF, *("--kernels", "memory_probe", "--variants", "python/forks,python/scratch"),
        *("--sizes", "1000"),
    )
    assert run.process.returncode == 0, run.process.stderr
    forks, scratch = (
        run.cell("memory_probe", f"python/{name}", 1000) for name in ("forks", "scratch")
    )
    assert 290 * MI < int(forks["rss_peak_bytes"]) < 330 * MI
    assert (forks["rss_peak_from"], scratch["rss_peak_from"]) == ("sampled", "process")


def test_increments_below_the_resolution_are_empty(run: Run) -> None:
    for row in run.summary:
        if row["n"] == "1000":
            fields = [row[f"rss_{name}_bytes"] for name in ("input", "peak", "retained")]
            assert fields == ["", "", ""]
            assert int(row["rss_baseline_bytes"]) > 0
    freed = run.cell("memory_probe", "native/scratch", LARGE)
    assert (freed["rss_input_bytes"] != "", freed["rss_retained_bytes"]) == (True, "")


def test_the_baseline_does_not_depend_on_the_size(run: Run) -> None:
    for variant in ("native/slice", "python/floats"):
        baselines = [
            int(run.cell("memory_probe", variant, n)["rss_baseline_bytes"]) for n in (1000, LARGE)
        ]
        assert abs(baselines[0] - baselines[1]) < MI


def test_a_large_parent_does_not_count(zoo: Program, tmp_path: Path) -> None:
    ballast = bytearray(b"x" * (256 * MI))
    run = zoo.measure(
        tmp_path / "out",
        *BRIEF,
        *("--kernels", "memory_probe", "--variants", "native/slice", "--sizes", "1000"),
    )
    assert len(ballast) > int(run.cell("memory_probe", "native/slice", 1000)["rss_baseline_bytes"])
