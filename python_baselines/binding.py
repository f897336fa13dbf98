"""binding: the sum of squares of n doubles by a native function that Python calls.

The function is in extensions/binding_native.cpp, of which the build makes a module with pybind11,
and in extensions/binding_pyo3.rs, of which it makes one with PyO3.
"""

from gapmeter import as_lists, as_numpy, variant


@variant(prepare=as_lists)
def generator(x):
    return sum(value * value for value in x)


@variant(prepare=as_numpy, requires="numpy")
def numpy(x):
    return x.dot(x)


def list_and_function(inputs):
    from binding_native import from_list

    return inputs.x.tolist(), from_list


@variant(prepare=list_and_function, requires="binding_native")
def bound_list(x, from_list):
    return from_list(x)


def view_and_function(inputs):
    """The same memory that the native side gets: Python's own arrays have another alignment."""
    from binding_native import from_buffer

    return inputs.x, from_buffer


@variant(prepare=view_and_function, requires="binding_native")
def bound_buffer(x, from_buffer):
    return from_buffer(x)


def list_and_square(inputs):
    from binding_native import square

    return inputs.x.tolist(), square


@variant(prepare=list_and_square, requires="binding_native")
def bound_scalar(x, square):
    return sum(map(square, x))


def list_and_pyo3_function(inputs):
    from binding_pyo3 import from_list

    return inputs.x.tolist(), from_list


@variant(prepare=list_and_pyo3_function, requires="binding_pyo3")
def pyo3_list(x, from_list):
    return from_list(x)


def view_and_pyo3_function(inputs):
    from binding_pyo3 import from_buffer

    return inputs.x, from_buffer


@variant(prepare=view_and_pyo3_function, requires="binding_pyo3")
def pyo3_buffer(x, from_buffer):
    return from_buffer(x)


def list_and_pyo3_square(inputs):
    from binding_pyo3 import square

    return inputs.x.tolist(), square


@variant(prepare=list_and_pyo3_square, requires="binding_pyo3")
def pyo3_scalar(x, square):
    return sum(map(square, x))
