"""sum: the sum of a slice of float32."""

from array import array as typed_array

from gapmeter import as_numpy, compiled, compiled_by_jax, fields, variant


def counted_list(inputs, function):
    """A list, after reporting how often adding up a part of it asks for memory."""
    x = inputs.x.tolist()
    some = x[:1000]
    try:
        from allocations_native import count
    except ImportError:  # not built for this interpreter
        return x
    inputs.report("allocations_per_addition", count(function, some) / len(some))
    return x


@variant(prepare=lambda inputs: counted_list(inputs, sum))
def builtin(x):
    return sum(x)


def new_totals(x):
    """The number of additions in `loop` after which the total is another object."""
    total = 0.0
    made = 0
    for value in x:
        before = total
        total += value
        made += total is not before
    return made


def list_and_objects(inputs):
    x = counted_list(inputs, loop)
    some = x[:1000]
    inputs.report("objects_per_addition", new_totals(some) / len(some))
    return x


@variant(prepare=list_and_objects)
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


def sum_in_jax(inputs):
    return compiled_by_jax(inputs, lambda x: x.sum(), *as_numpy(inputs))


@variant(prepare=sum_in_jax, requires=("numpy", "jax"), quick=False)
def jax(total, x):
    return total(x).block_until_ready()


IN_CYTHON = """
# cython: boundscheck=False, wraparound=False
def total(const float[::1] x):
    cdef float result = 0
    cdef Py_ssize_t i
    for i in range(x.shape[0]):
        result += x[i]
    return result
"""


def sum_in_cython(inputs):
    from built import cython_module

    return cython_module(inputs, IN_CYTHON).total, *fields(inputs)


@variant(prepare=sum_in_cython, requires="Cython", quick=False)
def cython(total, x):
    return total(x)


IN_PYTHRAN = """
#pythran export total(float32[])
import numpy as np
def total(x):
    result = np.float32(0)
    for value in x:
        result += value
    return result
"""


def sum_in_pythran(inputs):
    from built import pythran_module

    (x,) = as_numpy(inputs)
    return pythran_module(inputs, IN_PYTHRAN).total, x.copy()  # it takes none that is read-only


@variant(prepare=sum_in_pythran, requires=("numpy", "pythran"), quick=False)
def pythran(total, x):
    return total(x)
