"""The packages of requirements.txt, where scripts/setup.sh --with wheels has installed them."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from support import FULL, Program

KERNELS = "sum,apply_weights,custom_op,linear_batch,mlp_infer,binding"
COMPILED = (
    "jax,cython,pythran,numba,tensorflow,onnx_runtime,"
    "nanobind_list,nanobind_buffer,nanobind_scalar"
)


@pytest.fixture(scope="module")
def environment(source_dir: Path) -> Path:
    if not FULL:
        pytest.skip("takes minutes: test.sh --full")
    if not (source_dir / ".venv" / "pyvenv.cfg").exists():
        pytest.skip("there is no .venv: scripts/setup.sh --with wheels")
    return source_dir / ".venv"


def test_the_packages_fit_each_other(environment: Path) -> None:
    check = subprocess.run(
        [environment / "bin" / "pip", "check"], stdout=subprocess.PIPE, encoding="utf-8"
    )
    assert check.returncode == 0, check.stdout


def test_every_variant_of_theirs_is_right(gapmeter: Program, environment: Path) -> None:
    process = gapmeter(
        "verify", "--kernels", KERNELS, "--variants", COMPILED, "--sizes", "64",
        environment={"VIRTUAL_ENV": str(environment)},
    )
    assert process.returncode == 0, process.stdout
    assert ", 0 wrong or failed, 0 skipped" in process.stdout
