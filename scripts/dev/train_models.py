#!/usr/bin/python3
"""Trains the models of the kernels mlp_infer and tree_ensemble and writes them to kernels/models/.

    scripts/dev/train_models.py

Both learn scikit-learn's bundled digits (1797 images of 8 by 8 pixels; Alpaydin and Kaynak,
"Optical recognition of handwritten digits", UCI Machine Learning Repository, 1998). A fifth of the
images is held out and becomes the kernels' input, digits.json, with scikit-learn's own predictions
for them.
The files are committed: nobody needs scikit-learn to build or run.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import sklearn
from sklearn.datasets import load_digits
from sklearn.ensemble import GradientBoostingClassifier
from sklearn.model_selection import train_test_split
from sklearn.neural_network import MLPClassifier

MODELS = Path(__file__).resolve().parents[2] / "kernels" / "models"
ABOUT = f"made by scripts/dev/train_models.py with scikit-learn {sklearn.__version__}"


def write(name: str, about: str, **arrays: np.ndarray) -> None:
    """A JSON object with a line for each row of each array."""
    lines = [f'  "about": {json.dumps(about)}']
    for key, array in arrays.items():
        rows = array if array.ndim == 2 else array.reshape(1, -1)
        # float32 has nine significant digits.
        texts = [", ".join(f"{value:.9g}" for value in row.tolist()) for row in rows]
        if array.ndim == 2:
            lines.append(f'  "{key}": [\n    [' + "],\n    [".join(texts) + "]\n  ]")
        else:
            lines.append(f'  "{key}": [{texts[0]}]')
    (MODELS / name).write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")


def train_perceptron(pixels: np.ndarray, labels: np.ndarray) -> MLPClassifier:
    """Two hidden layers; the weights are rounded to float32, as the kernel has them."""
    model = MLPClassifier(hidden_layer_sizes=(64, 32), max_iter=400, random_state=1)
    model.fit(pixels / 16, labels)
    model.coefs_ = [weights.astype(np.float32).astype(np.float64) for weights in model.coefs_]
    model.intercepts_ = [bias.astype(np.float32).astype(np.float64) for bias in model.intercepts_]
    return model


def train_trees(pixels: np.ndarray, labels: np.ndarray) -> GradientBoostingClassifier:
    """Ten rounds of ten trees; leaves are rounded to float32 and hold the learning rate already."""
    model = GradientBoostingClassifier(
        n_estimators=10, max_depth=4, learning_rate=0.5, init="zero", random_state=1
    )
    model.fit(pixels, labels)
    for tree in model.estimators_.ravel():
        values = tree.tree_.value
        values[...] = (model.learning_rate * values).astype(np.float32)
    model.set_params(learning_rate=1.0)
    return model


def nodes_of(model: GradientBoostingClassifier) -> dict[str, np.ndarray]:
    """The trees' nodes one tree after the other; children are numbered within their tree."""
    trees = [tree.tree_ for tree in model.estimators_.ravel()]
    sizes = [tree.node_count for tree in trees]
    return {
        "roots": np.concatenate([[0], np.cumsum(sizes)[:-1]]),
        "feature": np.concatenate([np.maximum(tree.feature, -1) for tree in trees]),
        "threshold": np.concatenate([tree.threshold for tree in trees]).astype(np.float32),
        "left": np.concatenate([tree.children_left for tree in trees]),
        "right": np.concatenate([tree.children_right for tree in trees]),
        "value": np.concatenate([tree.value.ravel() for tree in trees]).astype(np.float32),
    }


def main() -> None:
    """Train, write, say how good the models are."""
    MODELS.mkdir(exist_ok=True)
    digits = load_digits()
    pixels, held_out, labels, held_out_labels = train_test_split(
        digits.data, digits.target, test_size=0.2, random_state=1, stratify=digits.target
    )
    perceptron = train_perceptron(pixels, labels)
    trees = train_trees(pixels, labels)
    write(
        "digits.json",
        f"held-out digits, pixels 0 to 16, and what both models make of them; {ABOUT}",
        pixels=held_out.astype(int),
        labels=held_out_labels,
        mlp=perceptron.predict_proba(held_out / 16),
        trees=trees.predict_proba(held_out),
    )
    layers = zip(perceptron.coefs_, perceptron.intercepts_)
    arrays: dict[str, np.ndarray] = {}
    for number, (weights, bias) in enumerate(layers, start=1):
        arrays |= {f"w{number}": weights, f"b{number}": bias}
    write("mlp.json", f"weights[input][output] and biases; takes pixels / 16; {ABOUT}", **arrays)
    nodes = nodes_of(trees)
    write(
        "trees.json",
        "nodes of 100 trees: feature <= threshold goes left; tree t belongs to digit t mod 10; "
        f"left is -1 in leaves; takes pixels as they are; {ABOUT}",
        **nodes,
    )
    print(f"perceptron: {perceptron.score(held_out / 16, held_out_labels):.1%} right")
    count = len(nodes["feature"])
    print(f"trees: {trees.score(held_out, held_out_labels):.1%} right, {count} nodes")


if __name__ == "__main__":
    main()
