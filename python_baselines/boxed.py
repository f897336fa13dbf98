"""boxed: the sum of n doubles; in a list each of them is a counted box of its own."""

from gapmeter import as_lists, as_numpy, variant


@variant(prepare=as_lists)
def builtin(x):
    return sum(x)


@variant(prepare=as_lists)
def loop(x):
    total = 0.0
    for value in x:
        total += value
    return total


def boxes(inputs):
    import numpy as np

    return np.array(inputs.x.tolist(), dtype=object)


@variant(prepare=boxes, requires="numpy")
def numpy_objects(x):
    return x.sum()


@variant(prepare=as_numpy, requires="numpy", job="values")
def numpy(x):
    return x.sum()
