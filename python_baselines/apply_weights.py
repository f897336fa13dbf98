"""apply_weights: out[i] = inp[i] * w[i] + bias in float32."""

from gapmeter import as_lists, as_numpy, compiled, compiled_by_jax, fields, variant


@variant(prepare=as_lists)
def comprehension(inp, w, bias):
    return [x * y + bias for x, y in zip(inp, w)]


@variant(prepare=as_lists, max_size=1 << 22)  # larger n take seconds: comprehension covers them
def append(inp, w, bias):
    out = []
    for x, y in zip(inp, w):
        out.append(x * y + bias)
    return out


@variant(prepare=as_numpy, requires="numpy")
def numpy(inp, w, bias):
    return inp * w + bias


def arrays_and_output(inputs):
    import numpy as np

    inp, w, bias = as_numpy(inputs)
    return inp, w, bias, np.zeros_like(inp), np.multiply, np.add


@variant(prepare=arrays_and_output, requires="numpy", job="into")
def numpy_out(inp, w, bias, out, multiply, add):
    multiply(inp, w, out=out)
    return add(out, bias, out=out)


def compiled_apply(inputs):
    import numpy as np

    def apply(inp, w, bias):
        out = np.empty_like(inp)
        for i in range(len(inp)):
            out[i] = inp[i] * w[i] + bias
        return out

    inp, w, bias = as_numpy(inputs)
    arguments = inp, w, np.float32(bias)
    return compiled(inputs, apply, *arguments, fastmath=True), *arguments


@variant(prepare=compiled_apply, requires=("numpy", "numba"), quick=False)
def numba(apply, inp, w, bias):
    return apply(inp, w, bias)


def apply_in_jax(inputs):
    import numpy as np

    inp, w, bias = as_numpy(inputs)
    return compiled_by_jax(inputs, lambda x, y, z: x * y + z, inp, w, np.float32(bias))


@variant(prepare=apply_in_jax, requires=("numpy", "jax"), quick=False)
def jax(apply, inp, w, bias):
    return apply(inp, w, bias).block_until_ready()


IN_CYTHON = """
# cython: boundscheck=False, wraparound=False
import numpy as np

def apply(const float[::1] inp, const float[::1] w, float bias):
    out = np.empty(inp.shape[0], np.float32)
    cdef float[::1] y = out
    cdef Py_ssize_t i
    for i in range(inp.shape[0]):
        y[i] = inp[i] * w[i] + bias
    return out
"""


def apply_in_cython(inputs):
    from built import cython_module

    return cython_module(inputs, IN_CYTHON).apply, *fields(inputs)


@variant(prepare=apply_in_cython, requires=("numpy", "Cython"), quick=False)
def cython(apply, inp, w, bias):
    return apply(inp, w, bias)


IN_PYTHRAN = """
#pythran export apply(float32[], float32[], float32)
def apply(inp, w, bias):
    return inp * w + bias
"""


def apply_in_pythran(inputs):
    import numpy as np

    from built import pythran_module

    inp, w, bias = as_numpy(inputs)
    return pythran_module(inputs, IN_PYTHRAN).apply, inp.copy(), w.copy(), np.float32(bias)


@variant(prepare=apply_in_pythran, requires=("numpy", "pythran"), quick=False)
def pythran(apply, inp, w, bias):
    return apply(inp, w, bias)
