"""One function under two names: see kernels/twins.cpp."""

from gapmeter import as_lists, as_numpy, variant


@variant(prepare=as_lists)
def builtin(x):
    return sum(x)


@variant(prepare=as_lists)
def builtin_twin(x):
    return sum(x)


@variant(prepare=as_lists)
def loop(x):
    total = 0.0
    for value in x:
        total += value
    return total


@variant(prepare=as_lists)
def loop_twin(x):
    total = 0.0
    for value in x:
        total += value
    return total


@variant(prepare=as_numpy, requires="numpy")
def numpy(x):
    return x.sum()


@variant(prepare=as_numpy, requires="numpy")
def numpy_twin(x):
    return x.sum()
