"""The Rust lane, from a run's command line to its rows."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from support import BRIEF, Program, assert_rejected, not_under, read_csv

built_with_rust = pytest.mark.skipif(
    not os.environ["GAPMETER_CARGO"], reason="built without Rust"
)


@built_with_rust
def test_its_variants_are_verified_and_timed(gapmeter: Program, out: Path) -> None:
    run = gapmeter.measure(
        out, *BRIEF, "--kernels", "sum,apply_weights", "--variants", "rust/*", "--sizes", "1,1000"
    )
    assert run.process.returncode == 0, run.process.stderr
    for name in ("strict", "indexed", "reassociated", "simd", "f64"):
        for n in (1, 1000):
            row = run.cell("sum", f"rust/{name}", n)
            assert (row["lane"], row["status"], row["verified"]) == ("rust", "ok", "true")
            assert float(row["latency_ns"]) > 0
    assert run.cell("apply_weights", "rust/zipped", 1000)["job"] == "into"


@built_with_rust
def test_a_python_variant_may_be_compared_with_rust_alone(gapmeter: Program, out: Path) -> None:
    run = gapmeter.measure(
        out, *BRIEF, "--kernels", "sum", "--variants", "rust/simd,python/builtin",
        "--sizes", "1000",
    )
    row = run.cell("sum", "python/builtin", 1000)
    assert row["reference"] == "rust/simd" and float(row["gap"]) > 1
    assert "fastest rust" in run.process.stdout, "the table says which lane it is"


@built_with_rust
@pytest.mark.parametrize(
    ("against", "reference"), [("rust", "rust/f64"), ("native/strict", "native/strict")]
)
def test_gaps_are_against_what_was_chosen(
    gapmeter: Program, out: Path, against: str, reference: str
) -> None:
    variants = "native/simd,native/strict,rust/f64,python/builtin"
    run = gapmeter.measure(
        out, *BRIEF, "--kernels", "sum", "--variants", variants, "--sizes", "1000",
        "--against", against,
    )
    assert run.process.returncode == 0, run.process.stderr
    assert run.cell("sum", "python/builtin", 1000)["reference"] == reference
    assert json.loads((run.dir / "run.json").read_bytes())["against"] == against
    before = (run.dir / "summary.csv").read_bytes()
    assert gapmeter("summarize", run.dir).returncode == 0
    assert (run.dir / "summary.csv").read_bytes() == before


@pytest.mark.parametrize(
    ("against", "said"),
    [
        ("python", "neither a compiled lane"),
        ("nativ", "did you mean 'native'?"),
        ("native/strickt", "did you mean 'native/strict'?"),
    ],
)
def test_gaps_are_against_nothing_that_is_not_there(
    gapmeter: Program, out: Path, against: str, said: str
) -> None:
    process = gapmeter("run", "--kernels", "sum", "--against", against, "--out", out)
    assert_rejected(process, "--against", said)
    assert not out.exists()


@built_with_rust
def test_compiled_languages_are_held_against_each_other(gapmeter: Program, out: Path) -> None:
    run = gapmeter.measure(
        out, *BRIEF, "--kernels", "sum", "--variants", "native/*,rust/strict,rust/indexed",
        "--sizes", "1000",
    )
    [row] = read_csv(run.dir / "lanes.csv")
    assert (row["variant"], row["reference"], row["pairing"]) == (
        "rust/strict", "native/strict", "name",
    )
    assert float(row["ratio"]) > 0


@built_with_rust
def test_a_preparation_reports_figures_of_its_own(gapmeter: Program, out: Path) -> None:
    run = gapmeter.measure(
        out, *BRIEF, "--kernels", "object_size", "--variants", "rust/f32,rust/box",
        "--sizes", "1000",
    )
    rows = read_csv(run.dir / "metrics.csv")
    sizes = {row["variant"]: row["median"] for row in rows if row["metric"] == "element_bytes"}
    assert sizes == {"rust/f32": "4", "rust/box": "8"}


@built_with_rust
def test_run_json_has_the_compiler_and_what_it_may_use(gapmeter: Program, out: Path) -> None:
    run = gapmeter.measure(
        out, *BRIEF, "--kernels", "empty", "--variants", "rust/nothing", "--sizes", "1"
    )
    build = json.loads((run.dir / "run.json").read_text(encoding="utf-8"))["build"]
    assert build["rust_compiler"].startswith("rustc 1.")
    assert "opt-level=3" in build["rust_flags"] and "lto=fat" in build["rust_flags"]
    assert build["rust_vector_bits"] == build["vector_bits"]


@built_with_rust
def test_the_program_that_a_kernel_starts_answers(gapmeter: Program) -> None:
    verified = gapmeter("verify", "--kernels", "cold_start", "--variants", "rust/*")
    assert verified.returncode == 0, verified.stdout
    assert verified.stdout.endswith("2 right, 0 wrong or failed, 0 skipped\n")


@built_with_rust
@pytest.mark.skipif(shutil.which("objdump") is None, reason="needs objdump")
@not_under("address", "thread", because="other code is compiled")
def test_rust_adds_in_order_and_fuses_nothing_by_itself(
    gapmeter: Program, source_dir: Path
) -> None:
    compare = [sys.executable, source_dir / "benchmarks" / "compare_code.py", gapmeter.path.parent]
    page = subprocess.run(compare, capture_output=True, text=True, check=True).stdout
    rows = re.findall(r"^\| `(\S+)` \| (\d+) \|.*\| (yes|no|) \| \d+ \|$", page, re.MULTILINE)
    bits = {name: int(width) for name, width, _ in rows}
    fused = {name: answer for name, _, answer in rows}
    assert bits["rust/strict"] == 32, "additions in order are no vector's"
    assert bits["rust/reassociated"] > 32 and bits["rust/zipped"] > 32
    assert fused["rust/alloc"] == fused["rust/zipped"] == "no"


@built_with_rust
@pytest.mark.skipif(shutil.which("nm") is None, reason="needs nm")
def test_numpy_gets_its_own_blas_and_not_that_of_a_rust_variant(gapmeter: Program) -> None:
    list_exports = ["nm", "--dynamic", "--defined-only", gapmeter.python_worker]
    exports = subprocess.run(list_exports, capture_output=True, text=True, check=True).stdout
    assert " Py_Initialize\n" in exports and "cblas_sgemm\n" not in exports


SCAN = """
include({0}/cmake/RustKernels.cmake)
file(GLOB files {0}/kernels/*.rs {0}/kernels/crates/*.rs)
gapmeter_declared_variants(lines ${{files}})
message("${{lines}}")
"""


def test_a_build_without_rust_knows_the_names_and_jobs_of_all_variants(
    gapmeter: Program, source_dir: Path, tmp_path: Path
) -> None:
    script = tmp_path / "scan.cmake"
    script.write_text(SCAN.format(source_dir), encoding="utf-8")
    scan = subprocess.run(["cmake", "-P", script], capture_output=True, text=True, check=True)
    found = set(re.findall(r'{"(.*)", "(.*)", "(.*)"}', scan.stderr))
    kernels = json.loads(gapmeter("list", "--format", "json").stdout)["kernels"]
    assert found == {
        (kernel["name"], variant.removeprefix("rust/"), job)
        for kernel in kernels
        if kernel["name"] != "serve"  # whose variants are servers
        for job, variants in kernel["jobs"].items()
        for variant in variants
        if variant.startswith("rust/")
    }
