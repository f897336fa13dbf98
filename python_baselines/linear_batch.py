"""linear_batch: a linear layer on a batch, Y = X W + b in float32, n rows and columns each."""

from gapmeter import as_lists, as_numpy, variant


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
