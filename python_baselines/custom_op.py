"""custom_op: y = GELU(LayerNorm(x + r) * gamma + beta), row by row, in float32."""

import math

from gapmeter import as_lists, as_numpy, compiled, compiled_by_jax, variant

EPSILON = 1e-5
ROOT = math.sqrt(2 / math.pi)
CUBIC = 0.044715


@variant(prepare=as_lists, max_size=256)
def loops(x, r, gamma, beta):
    y = []
    for x_row, r_row in zip(x, r):
        sums = [a + b for a, b in zip(x_row, r_row)]
        mean = sum(sums) / len(sums)
        variance = sum((value - mean) ** 2 for value in sums) / len(sums)
        scale = 1 / math.sqrt(variance + EPSILON)
        row = []
        for value, factor, shift in zip(sums, gamma, beta):
            h = (value - mean) * scale * factor + shift
            row.append(0.5 * h * (1 + math.tanh(ROOT * (h + CUBIC * h * h * h))))
        y.append(row)
    return y


def arrays(inputs):
    import numpy as np

    return np, *as_numpy(inputs)


@variant(prepare=arrays, requires="numpy")
def numpy(np, x, r, gamma, beta):
    sums = x + r
    mean = sums.mean(axis=1, keepdims=True)
    variance = sums.var(axis=1, keepdims=True)
    h = (sums - mean) / np.sqrt(variance + EPSILON) * gamma + beta
    return 0.5 * h * (1 + np.tanh(ROOT * (h + CUBIC * h * h * h)))


def arrays_and_room(inputs):
    import numpy as np

    x, r, gamma, beta = as_numpy(inputs)
    return np, x, r, gamma, beta, np.empty_like(x), np.empty_like(x)


@variant(prepare=arrays_and_room, requires="numpy", job="into")
def numpy_out(np, x, r, gamma, beta, h, inner):
    np.add(x, r, out=h)
    h -= h.mean(axis=1, keepdims=True)
    np.multiply(h, h, out=inner)
    scale = 1 / np.sqrt(inner.mean(axis=1, keepdims=True) + EPSILON)
    h *= scale
    h *= gamma
    h += beta
    np.multiply(h, h, out=inner)
    inner *= h
    inner *= CUBIC
    inner += h
    inner *= ROOT
    np.tanh(inner, out=inner)
    inner += 1
    inner *= h
    inner *= 0.5
    return inner


def compiled_rows(inputs):
    import numpy as np

    epsilon, cubic, two_roots = (np.float32(value) for value in (EPSILON, CUBIC, 2 * ROOT))
    zero, one = np.float32(0), np.float32(1)

    def rows(x, r, gamma, beta):
        y = np.empty_like(x)
        width = np.float32(x.shape[1])
        for row in range(x.shape[0]):
            total = zero
            for i in range(x.shape[1]):
                y[row, i] = x[row, i] + r[row, i]
                total += y[row, i]
            mean = total / width
            squares = zero
            for i in range(x.shape[1]):
                squares += (y[row, i] - mean) * (y[row, i] - mean)
            scale = one / np.sqrt(squares / width + epsilon)
            for i in range(x.shape[1]):
                h = (y[row, i] - mean) * scale * gamma[i] + beta[i]
                y[row, i] = h / (one + np.exp(-two_roots * (h + cubic * h * h * h)))
        return y

    arguments = as_numpy(inputs)
    return compiled(inputs, rows, *arguments, fastmath=True), *arguments


@variant(prepare=compiled_rows, requires=("numpy", "numba"), quick=False)
def numba(rows, x, r, gamma, beta):
    return rows(x, r, gamma, beta)


def rows_in_jax(inputs):
    def rows(x, r, gamma, beta):
        import jax

        sums = x + r
        mean = sums.mean(axis=1, keepdims=True)
        variance = sums.var(axis=1, keepdims=True)
        h = (sums - mean) / jax.numpy.sqrt(variance + EPSILON) * gamma + beta
        return jax.nn.gelu(h, approximate=True)

    return compiled_by_jax(inputs, rows, *as_numpy(inputs))


@variant(prepare=rows_in_jax, requires=("numpy", "jax"), quick=False)
def jax(rows, x, r, gamma, beta):
    return rows(x, r, gamma, beta).block_until_ready()


IN_PYTHRAN = """
#pythran export rows(float32[:,:], float32[:,:], float32[], float32[])
import numpy as np

def rows(x, r, gamma, beta):
    y = np.empty_like(x)
    one = np.float32(1)
    for row in range(x.shape[0]):
        sums = x[row] + r[row]
        mean = sums.mean()
        scale = one / np.sqrt(((sums - mean) ** 2).mean() + np.float32(1e-5))
        h = (sums - mean) * scale * gamma + beta
        inner = np.float32(-1.5957691216057308) * (h + np.float32(0.044715) * h * h * h)
        y[row] = h / (one + np.exp(inner))
    return y
"""


def rows_in_pythran(inputs):
    from built import pythran_module

    copies = [values.copy() for values in as_numpy(inputs)]  # it takes none that is read-only
    return pythran_module(inputs, IN_PYTHRAN).rows, *copies


@variant(prepare=rows_in_pythran, requires=("numpy", "pythran"), quick=False)
def pythran(rows, x, r, gamma, beta):
    return rows(x, r, gamma, beta)
