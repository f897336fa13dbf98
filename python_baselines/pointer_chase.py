"""pointer_chase: the sum of n doubles, as a list's scattered objects and as contiguous numbers."""

from array import array as typed_array

from gapmeter import compiled, variant


@variant(prepare=lambda inputs: inputs.x.tolist())
def list_in_order(x):
    return sum(x)


def shuffled(inputs):
    x = inputs.x.tolist()
    return [x[i] for i in inputs.order]


@variant(prepare=shuffled, job="shuffled")
def list_shuffled(x):
    return sum(x)


@variant(prepare=lambda inputs: typed_array("d", inputs.x), job="contiguous")
def array(x):
    return sum(x)


def numpy_array(inputs):
    import numpy

    return numpy.asarray(inputs.x)


@variant(prepare=numpy_array, requires="numpy", job="contiguous")
def numpy(x):
    return x.sum()


def compiled_sum(inputs):
    def total(x):
        result = 0.0
        for value in x:
            result += value
        return result

    x = numpy_array(inputs)
    return compiled(inputs, total, x), x


@variant(
    prepare=compiled_sum, requires=("numpy", "numba"), quick=False, job="contiguous"
)
def numba(total, x):
    return total(x)
