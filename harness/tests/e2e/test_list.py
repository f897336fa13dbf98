"""list: what there is; --check: what is wrong with it."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from support import Program

NATIVE_WEIGHTS = ("alloc", "into", "simd", "checked", "zipped", "restricted", "nofma")


@pytest.fixture(scope="module")
def kernels(gapmeter: Program) -> dict[str, dict[str, Any]]:
    described = json.loads(gapmeter("list", "--format", "json").stdout)["kernels"]
    return {kernel["name"]: kernel for kernel in described}


def test_every_pair_of_files_is_a_kernel(
    kernels: dict[str, dict[str, Any]], source_dir: Path
) -> None:
    for pattern in ("kernels/*.cpp", "python_baselines/*.py"):
        assert {path.stem for path in source_dir.glob(pattern)} == set(kernels)


def test_json_holds_the_whole_description(kernels: dict[str, dict[str, Any]]) -> None:
    kernel = kernels["apply_weights"]
    assert kernel["inputs"] == [
        {"name": "inp", "dtype": "f32", "dimensions": 1},
        {"name": "w", "dtype": "f32", "dimensions": 1},
        {"name": "bias", "dtype": "f32", "dimensions": 0},
    ]
    assert kernel["outputs"] == [{"name": "out", "dtype": "f32", "dimensions": 1}]
    assert kernel["sizes"][0] == 16 and kernel["sizes"][-1] == 16 << 20
    assert (kernel["reference"], kernel["baseline"]) == ("native/alloc", "python/comprehension")
    assert kernel["variants"] == [
        *(f"native/{name}" for name in NATIVE_WEIGHTS),
        *(f"python/{name}" for name in ("comprehension", "append", "numpy", "numpy_out", "numba")),
    ]
    assert "C11" in kernel["claims"]


def test_the_text_shows_every_kernel_and_variant(
    gapmeter: Program, kernels: dict[str, dict[str, Any]]
) -> None:
    process = gapmeter("list")
    assert (process.returncode, process.stderr) == (0, "")
    for name, kernel in kernels.items():
        assert f"{name}: {kernel['title']}\n" in process.stdout
        assert " ".join(kernel["variants"]) in process.stdout


def test_the_real_kernels_have_no_problems(
    gapmeter: Program, kernels: dict[str, dict[str, Any]]
) -> None:
    process = gapmeter("list", "--check")
    assert process.returncode == 0
    assert process.stdout == f"{len(kernels)} kernels, no problems\n"


EXPECTED_PROBLEMS = [
    r"duplicates: two inputs or outputs are called 'x'",
    r"duplicates: native/right is declared twice",
    r"duplicates: python/right is declared twice",
    r"empty_parts: no title is declared .*",
    r"empty_parts: no cost is declared .*",
    r"empty_parts: no baseline is declared .*",
    r"empty_parts: the sizes .* don't parse: .*",
    r"empty_parts: no native variant is declared .*",
    r"empty_parts: empty_parts\.py declares no variant .*",
    r"missing_names: no baseline is declared .*",
    r"missing_names: no reference is declared .*",
    r"orphan_native: orphan_native\.cpp has no orphan_native\.py .*",
    r"orphan_python: orphan_python\.py has no orphan_python\.cpp .*",
    r"signatures: native/doubles is \(f64\[\]\) -> f32\[\], but .* \(f32\[\]\) -> f32\[\]",
    r"signatures: native/one is \(f32\) -> f32\[\], but .*",
    r"signatures: native/whole is \(f32\[\]\) -> i32\[\], but .*",
    r"signatures: native/nothing is \(f32\[\]\) -> nothing, but .*",
    r"unimportable: unimportable\.py can't be imported: RuntimeError: not today, nor tomorrow",
    r"wrong_names: the reference 'fastest' is not among the native variants",
    r"wrong_names: the baseline 'simplest' is not among the Python variants",
]


def test_check_tells_of_every_problem_of_every_pair_together(broken: Program) -> None:
    process = broken("list", "--check")
    assert (process.returncode, process.stderr) == (1, "")
    lines = process.stdout.splitlines()
    for problem in EXPECTED_PROBLEMS:
        assert [line for line in lines if re.fullmatch(problem, line)], problem
    assert len(lines) == len(EXPECTED_PROBLEMS), lines


def test_problems_do_not_keep_the_good_kernels_from_being_listed(broken: Program) -> None:
    process = broken("list")
    assert process.returncode == 0
    assert "signatures: Signatures that don't fit\n" in process.stdout


def test_version_and_help(gapmeter: Program) -> None:
    assert re.fullmatch(r"gapmeter \d+\.\d+\.\d+\n", gapmeter("--version").stdout)
    helped = gapmeter("--help")
    assert helped.returncode == 0
    for command in ("list", "run", "verify", "summarize", "plot"):
        assert re.search(rf"^  {command}\b", helped.stdout, re.MULTILINE)
        assert gapmeter(command, "--help").returncode == 0
