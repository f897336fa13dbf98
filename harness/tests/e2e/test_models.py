"""The models' kernels give scikit-learn's own predictions for the held-out digits.

What scikit-learn predicted when it trained them stands beside the digits. Here the Python variants
are held against that; `gapmeter verify` holds every variant against the native reference.
"""

from __future__ import annotations

import json
import sys
from array import array
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from support import Program

PIXELS = 64
SHAPES = {
    "w1": [64, 64], "b1": [64], "w2": [64, 32], "b2": [32], "w3": [32, 10], "b3": [10],
}
MODELS = {"mlp_infer": "mlp", "tree_ensemble": "trees"}


def view(values: Any, code: str, shape: list[int]) -> memoryview:
    """A read-only view as the worker hands it to variants."""
    flat = array(code, np.ravel(values).tolist())
    return memoryview(bytes(flat)).cast("B").cast(code, shape)


def load(source_dir: Path, name: str) -> dict[str, Any]:
    return json.loads((source_dir / f"kernels/models/{name}.json").read_text(encoding="utf-8"))


def inputs_of(source_dir: Path, kernel: str, support: Any) -> Any:
    """All held-out digits and the model, as the kernel declares them."""
    digits = np.array(load(source_dir, "digits")["pixels"], dtype=float).reshape(-1, PIXELS)
    model = load(source_dir, MODELS[kernel])
    inputs = support.Inputs()
    inputs.n = len(digits)
    scale = 16 if kernel == "mlp_infer" else 1
    inputs.x = view(digits / scale, "f", [len(digits), PIXELS])
    for name, values in model.items():
        if name != "about":
            is_whole = name in ("roots", "feature", "left", "right")
            shape = SHAPES.get(name, [len(values)])
            setattr(inputs, name, view(values, "i" if is_whole else "f", shape))
    return inputs


@pytest.fixture(scope="module")
def support(source_dir: Path) -> Any:
    """The module that variants import."""
    sys.path.insert(0, str(source_dir / "harness/python"))
    import gapmeter

    return gapmeter


def predictions(source_dir: Path, support: Any, kernel: str, variant: str) -> np.ndarray:
    path = str(source_dir / f"python_baselines/{kernel}.py")
    for declared in support.declared_variants(support.load_module(path)):
        if declared.name == variant:
            for package in declared.requires:
                pytest.importorskip(package)
            declared.max_size = None
    inputs = inputs_of(source_dir, kernel, support)
    function, arguments, *_ = support.bind(path, variant, inputs)
    return np.asarray(function(*arguments))


@pytest.mark.parametrize("kernel", MODELS)
@pytest.mark.parametrize("variant", ["loops", "numpy", "sklearn"])
def test_probabilities_are_those_of_scikit_learn(
    source_dir: Path, support: Any, kernel: str, variant: str
) -> None:
    wanted = np.array(load(source_dir, "digits")[MODELS[kernel]])
    found = predictions(source_dir, support, kernel, variant)
    assert found.shape == wanted.shape == (360, 10)
    # The perceptron is computed in float32, from weights that were rounded to it.
    np.testing.assert_allclose(found, wanted, atol=2e-5)
    assert (found.argmax(axis=1) == wanted.argmax(axis=1)).all()


def test_most_digits_are_read_right(source_dir: Path) -> None:
    digits = load(source_dir, "digits")
    labels = np.array(digits["labels"])
    for model in MODELS.values():
        right = np.array(digits[model]).argmax(axis=1) == labels
        assert right.mean() > 0.9


def test_every_variant_agrees_on_all_held_out_digits(gapmeter: Program) -> None:
    process = gapmeter("verify", "--kernels", ",".join(MODELS), "--sizes", "360")
    assert process.returncode == 0, process.stdout + process.stderr
    assert "0 wrong or failed" in process.stdout
