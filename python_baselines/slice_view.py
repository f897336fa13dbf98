"""slice_view: the sum of the middle half of n doubles, copied first or read in place."""

from itertools import islice

from gapmeter import as_lists, as_numpy, variant


def bounds(x):
    return len(x) // 4, len(x) - len(x) // 4


@variant(prepare=as_lists)
def list_slice(x):
    begin, end = bounds(x)
    return sum(x[begin:end])


@variant(prepare=as_lists, job="view")
def list_islice(x):
    return sum(islice(x, *bounds(x)))


@variant(job="view")
def memory_view(x):
    begin, end = bounds(x)
    return sum(x[begin:end])


@variant(prepare=as_numpy, requires="numpy", job="view")
def numpy_view(x):
    begin, end = bounds(x)
    return x[begin:end].sum()


@variant(prepare=as_numpy, requires="numpy")
def numpy_copy(x):
    begin, end = bounds(x)
    return x[begin:end].copy().sum()
