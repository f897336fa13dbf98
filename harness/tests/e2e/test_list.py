"""list: what there is; --check: what is wrong with it."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from support import BRIEF, Program

NATIVE_WEIGHTS = ("alloc", "into", "simd", "checked", "zipped", "restricted", "nofma")
RUST_ALLOCATING_WEIGHTS = ("alloc", "push", "ndarray")
COMPILED_WEIGHTS = ("numba", "jax", "cython", "pythran")
RUST_WEIGHTS = (
    "alloc", "push", "checked", "zipped", "may_alias", "mul_add", "simd", "ndarray", "ndarray_zip"
)


@pytest.fixture(scope="module")
def kernels(gapmeter: Program) -> dict[str, dict[str, Any]]:
    described = json.loads(gapmeter("list", "--format", "json").stdout)["kernels"]
    return {kernel["name"]: kernel for kernel in described}


def test_every_pair_of_files_is_a_kernel(
    kernels: dict[str, dict[str, Any]], source_dir: Path
) -> None:
    assert {path.stem for path in source_dir.glob("kernels/*.cpp")} == set(kernels)
    modules = {path.stem for path in source_dir.glob("python_baselines/*.py")}
    assert modules == set(kernels) - {"serve"}, "its variants are servers"
    assert {path.stem for path in source_dir.glob("kernels/*.rs")} <= set(kernels)


def test_json_holds_the_whole_description(kernels: dict[str, dict[str, Any]]) -> None:
    kernel = kernels["apply_weights"]
    assert kernel["inputs"] == [
        {"name": "inp", "dtype": "f32", "dimensions": 1, "inout": False},
        {"name": "w", "dtype": "f32", "dimensions": 1, "inout": False},
        {"name": "bias", "dtype": "f32", "dimensions": 0, "inout": False},
    ]
    assert kernel["outputs"] == [{"name": "out", "dtype": "f32", "dimensions": 1}]
    assert kernel["sizes"][0] == 16 and kernel["sizes"][-1] == 16 << 20
    assert (kernel["reference"], kernel["baseline"]) == ("native/alloc", "python/comprehension")
    assert kernel["variants"] == [
        *(f"native/{name}" for name in NATIVE_WEIGHTS),
        *(f"rust/{name}" for name in RUST_WEIGHTS),
        *(f"python/{name}" for name in ("comprehension", "append", "numpy", "numpy_out")),
        *(f"python/{name}" for name in COMPILED_WEIGHTS),
    ]
    assert "C11" in kernel["claims"]
    assert kernel["jobs"] == {
        "": [
            "native/alloc",
            *(f"rust/{name}" for name in RUST_ALLOCATING_WEIGHTS),
            *(f"python/{name}" for name in ("comprehension", "append", "numpy")),
            *(f"python/{name}" for name in COMPILED_WEIGHTS),
        ],
        "into": [
            *(f"native/{name}" for name in NATIVE_WEIGHTS if name != "alloc"),
            *(f"rust/{name}" for name in RUST_WEIGHTS if name not in RUST_ALLOCATING_WEIGHTS),
            "python/numpy_out",
        ],
    }


def test_what_people_write_first_has_a_gap(kernels: dict[str, dict[str, Any]]) -> None:
    for kernel in kernels.values():
        main = kernel["jobs"][""]
        assert kernel["baseline"] in main and kernel["reference"] in main


def test_the_text_shows_every_kernel_and_variant(
    gapmeter: Program, kernels: dict[str, dict[str, Any]]
) -> None:
    process = gapmeter("list")
    assert (process.returncode, process.stderr) == (0, "")
    for name, kernel in kernels.items():
        assert f"{name}: {kernel['title']}\n" in process.stdout
        for job, variants in kernel["jobs"].items():
            said = f"{job}: " if job else ""
            assert f"  variants   {said}{' '.join(variants)}\n" in process.stdout


def test_the_real_kernels_have_no_problems(
    gapmeter: Program, kernels: dict[str, dict[str, Any]]
) -> None:
    process = gapmeter("list", "--check")
    assert process.returncode == 0
    assert process.stdout == f"{len(kernels)} kernels, no problems\n"


EXPECTED_PROBLEMS = [
    r"costs: the cost \(\.cost\) is -inf flops: .* at n = 4",
    r"declarations: python/<lambda> has no name: declare it with def",
    r"declarations: python/large has max_size=1000000\.0: write a whole number .*",
    r"declarations: python/packaged has requires=\(3,\): .*",
    r"duplicates: two inputs or outputs are called 'x'",
    r"duplicates: native/right is declared twice",
    r"duplicates: python/right is declared twice",
    r"elsewhere: python/<lambda> is a function of helpers: define it in elsewhere\.py, .*wraps",
    r"empty_parts: no title is declared .*",
    r"empty_parts: no cost is declared .*",
    r"empty_parts: no baseline is declared .*",
    r"empty_parts: the sizes .* don't parse: .*",
    r"empty_parts: no native variant is declared .*",
    r"empty_parts: empty_parts\.py declares no variant .*",
    r"inout_scalar: the inout field 'total' is a scalar: .*",
    r"inout_scalar: native/right is .*",
    r"jobs: python/viewing does the job 'view', which no compiled variant does: it has no gap",
    r"jobs: no variant does the job 'veiw' \(\.job_costs\)",
    r"missing_names: no baseline is declared .*",
    r"missing_names: no reference is declared .*",
    r"names_of_python: an input is called 'n': Python variants know something else as inputs\.n",
    r"names_of_python: an input is called 'report': .*",
    r"names_of_python: an input is called 'metrics': .*",
    r"orphan_native: orphan_native\.cpp has no orphan_native\.py .*",
    r"orphan_rust: orphan_rust\.rs has no orphan_rust\.cpp beside it",
    r"orphan_python: orphan_python\.py has no orphan_python\.cpp .*",
    r"signatures: native/doubles is \(f64\[\]\) -> f32\[\], but .* \(f32\[\]\) -> f32\[\]",
    r"signatures: native/one is \(f32\) -> f32\[\], but .*",
    r"signatures: native/whole is \(f32\[\]\) -> i32\[\], but .*",
    r"signatures: native/nothing is \(f32\[\]\) -> nothing, but .*",
    r"signatures: rust/doubles is \(f64\[\]\) -> f32\[\], but .* \(f32\[\]\) -> f32\[\]",
    r"signatures: rust/unknown_name takes 'input', which is no input or output of the kernel",
    r"signatures: rust/swapped is \(f32\[\], mutable f32\[\]\) -> .* \(mutable f32\[\], f32\[\]\)"
    r" -> nothing",
    r"signatures: rust/nothing does not take 'y', which a call is to write",
    r"throwing: the description .* ends in an error: uniform\{2, 1\} needs finite bounds, .*",
    r"twice_in_python: python/right is declared twice",
    r"unimportable: unimportable\.py can't be imported: RuntimeError: not today, nor tomorrow",
    r"wrong_names: the reference 'fastest' is not among the compiled variants",
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


@pytest.mark.parametrize(
    ("kernel", "reason"),
    [
        ("costs", "the cost .* is -inf flops: .*"),
        ("declarations", "python/large has max_size=.*"),
        ("throwing", "the description .* ends in an error: uniform.*"),
        ("duplicates", "two inputs or outputs are called 'x'"),
        ("elsewhere", "python/<lambda> is a function of helpers: .*"),
        ("names_of_python", "an input is called 'n': .*"),
        ("signatures", "native/doubles is .*"),
    ],
)
def test_a_kernel_with_a_problem_is_neither_verified_nor_measured(
    broken: Program, out: Path, kernel: str, reason: str
) -> None:
    verified = broken("verify", "--kernels", kernel, "--sizes", "8")
    assert verified.returncode == 1
    *lines, tally = verified.stdout.splitlines()
    assert lines and tally.startswith("0 right, ")
    for line in lines:
        assert re.fullmatch(rf"{kernel} \S+ n=8: error: {reason} \(gapmeter list --check\)", line)
    run = broken.measure(out, *BRIEF, "--kernels", kernel, "--sizes", "8")
    assert run.process.returncode == 1
    assert len(run.rounds) == len(lines)
    for row in run.rounds:
        assert row["status"] == "error" and re.match(reason, row["reason"])
    for reader in ("summarize", "report", "claims"):
        assert broken(reader, out).returncode in (0, 3), reader
    assert broken("compare", out, out).returncode == 1, "nothing was measured"


def test_one_bad_description_does_not_keep_others_from_being_measured(
    broken: Program, out: Path
) -> None:
    kernels = ("--kernels", "throwing,costs,empty_parts,unimportable")
    run = broken.measure(out, *BRIEF, *kernels, "--variants", "native/*")
    assert run.process.returncode == 1
    status = {(row["kernel"], row["variant"]): row["status"] for row in run.summary}
    assert status[("unimportable", "native/right")] == "ok"
    assert status[("throwing", "python/right")] == "error"
    assert status[("costs", "native/right")] == "error"


def test_a_second_function_of_one_name_is_not_measured_in_silence(broken: Program) -> None:
    """Nor the first one, which the module itself no longer knows."""
    process = broken("verify", "--kernels", "twice_in_python", "--sizes", "8")
    assert process.returncode == 1
    assert "twice_in_python python/right n=8: error: python/right is declared" in process.stdout


def test_version_and_help(gapmeter: Program) -> None:
    assert re.fullmatch(r"gapmeter \d+\.\d+\.\d+\n", gapmeter("--version").stdout)
    helped = gapmeter("--help")
    assert helped.returncode == 0
    for command in ("list", "run", "verify", "summarize", "plot"):
        assert re.search(rf"^  {command}\b", helped.stdout, re.MULTILINE)
        assert gapmeter(command, "--help").returncode == 0
