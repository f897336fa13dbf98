"""apply_weights: out[i] = inp[i] * w[i] + bias in float32."""

from gapmeter import as_lists, as_numpy, compiled, variant


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
