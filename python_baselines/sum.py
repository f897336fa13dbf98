"""sum: the article's prediction, the sum of a slice of float32."""

from array import array as typed_array

from gapmeter import as_lists, as_numpy, compiled, variant


@variant(prepare=as_lists)
def builtin(x):
    return sum(x)


@variant(prepare=as_lists)
def loop(x):
    total = 0.0
    for value in x:
        total += value
    return total


@variant(prepare=lambda inputs: typed_array("f", inputs.x))
def array(x):
    return sum(x)


@variant(prepare=as_numpy, requires="numpy")
def numpy(x):
    return x.sum()


def compiled_sum(inputs):
    import numpy as np

    zero = np.float32(0)

    def total(x):
        result = zero
        for value in x:
            result += value
        return result

    (x,) = as_numpy(inputs)
    return compiled(inputs, total, x, fastmath=True), x


@variant(prepare=compiled_sum, requires=("numpy", "numba"), quick=False)
def numba(total, x):
    return total(x)
