"""The digits perceptron of mlp_infer for one image, as the servers in this directory call it."""

import json
from pathlib import Path

import numpy as np

HERE = Path(__file__).resolve().parent
with open(HERE.parent.parent / "kernels" / "models" / "mlp.json", encoding="utf-8") as file:
    MODEL = json.load(file)
w1, b1, w2, b2, w3, b3 = (
    np.array(MODEL[name], dtype=np.float32) for name in ("w1", "b1", "w2", "b2", "w3", "b3")
)


def probabilities(pixels):
    """Of each digit, for 64 pixels of 0 to 16."""
    x = np.array(pixels, dtype=np.float32) / 16
    hidden = np.maximum(x @ w1 + b1, 0)
    hidden = np.maximum(hidden @ w2 + b2, 0)
    scores = hidden @ w3 + b3
    powers = np.exp(scores - scores.max())
    return powers / powers.sum()
