"""growth: out[i] = 2 x[i] into a list that grows, or that has its full size at once."""

from gapmeter import as_lists, as_numpy, variant


@variant(prepare=as_lists)
def append(x):
    out = []
    for value in x:
        out.append(2 * value)
    return out


@variant(prepare=as_lists, job="at once")
def preallocated(x):
    out = [0.0] * len(x)
    for i, value in enumerate(x):
        out[i] = 2 * value
    return out


@variant(prepare=as_lists)
def comprehension(x):
    return [2 * value for value in x]


@variant(prepare=as_numpy, requires="numpy", job="at once")
def numpy(x):
    return 2 * x
