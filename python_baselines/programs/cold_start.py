"""cold_start MODEL LIBRARY PIXEL…: which digit the pixels show, and how much memory that took."""

import sys


def layer_in_python(x, w, b):
    return [sum(map(float.__mul__, x, column), bias) for column, bias in zip(zip(*w), b)]


def predict_in_python(model, x):
    for number in "12":
        x = layer_in_python(x, model["w" + number], model["b" + number])
        x = [max(value, 0.0) for value in x]
    scores = layer_in_python(x, model["w3"], model["b3"])
    return scores.index(max(scores))


def predict_with_numpy(model, x):
    import numpy as np

    for number in "12":
        x = np.maximum(np.dot(x, model["w" + number]) + model["b" + number], 0)
    return int(np.argmax(np.dot(x, model["w3"]) + model["b3"]))


def peak_bytes():
    with open("/proc/self/status", encoding="ascii") as status:
        [line] = [line for line in status if line.startswith("VmHWM:")]
    return 1024 * int(line.split()[1])


def main():
    import json

    path, library, *pixels = sys.argv[1:]
    with open(path, encoding="utf-8") as file:
        model = json.load(file)
    x = [int(pixel) / 16 for pixel in pixels]
    predict = predict_with_numpy if library == "numpy" else predict_in_python
    print(predict(model, x), peak_bytes())


main()
