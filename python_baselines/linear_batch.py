"""linear_batch: a linear layer on a batch, Y = X W + b in float32, n rows and columns each."""

from gapmeter import as_lists, as_numpy, compiled, compiled_by_jax, fields, variant


@variant(prepare=as_lists, max_size=128)
def loops(x, w, b):
    n = len(b)
    y = []
    for i in range(n):
        row = []
        for j in range(n):
            total = b[j]
            for k in range(n):
                total += x[i][k] * w[k][j]
            row.append(total)
        y.append(row)
    return y


@variant(prepare=as_lists, max_size=128)
def comprehension(x, w, b):
    columns = list(zip(*w))
    return [
        [sum(map(float.__mul__, row, column), bias) for column, bias in zip(columns, b)]
        for row in x
    ]


@variant(prepare=as_numpy, requires="numpy")
def numpy(x, w, b):
    return x @ w + b


def arrays_and_output(inputs):
    import numpy as np

    x, w, b = as_numpy(inputs)
    return x, w, b, np.empty_like(x), np.matmul


@variant(prepare=arrays_and_output, requires="numpy")
def numpy_out(x, w, b, out, matmul):
    matmul(x, w, out=out)
    out += b
    return out


def compiled_loops(inputs):
    import numpy as np

    # As one would write it for a compiler: the innermost loop goes along the rows.
    def layer(x, w, b):
        n = len(b)
        y = np.empty_like(x)
        for i in range(n):
            y[i] = b
            for k in range(n):
                factor = x[i, k]
                for j in range(n):
                    y[i, j] += factor * w[k, j]
        return y

    arguments = as_numpy(inputs)
    return compiled(inputs, layer, *arguments, fastmath=True), *arguments


@variant(prepare=compiled_loops, requires=("numpy", "numba"), quick=False)
def numba(layer, x, w, b):
    return layer(x, w, b)


def layer_in_jax(inputs):
    return compiled_by_jax(inputs, lambda x, w, b: x @ w + b, *as_numpy(inputs))


@variant(prepare=layer_in_jax, requires=("numpy", "jax"), quick=False)
def jax(layer, x, w, b):
    return layer(x, w, b).block_until_ready()


IN_CYTHON = """
# cython: boundscheck=False, wraparound=False
import numpy as np

def layer(const float[:, ::1] x, const float[:, ::1] w, const float[::1] b):
    cdef Py_ssize_t n = b.shape[0], i, j, k
    out = np.empty((n, n), np.float32)
    cdef float[:, ::1] y = out
    cdef float factor
    for i in range(n):
        for j in range(n):
            y[i, j] = b[j]
        for k in range(n):
            factor = x[i, k]
            for j in range(n):
                y[i, j] += factor * w[k, j]
    return out
"""


def layer_in_cython(inputs):
    from built import cython_module

    return cython_module(inputs, IN_CYTHON).layer, *fields(inputs)


@variant(prepare=layer_in_cython, requires=("numpy", "Cython"), quick=False)
def cython(layer, x, w, b):
    return layer(x, w, b)
