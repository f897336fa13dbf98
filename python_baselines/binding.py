"""binding: the sum of squares of n doubles by a native function that Python calls.

The function is in extensions/binding_native.cpp, of which the build makes a module with pybind11,
in extensions/binding_pyo3.rs, of which it makes one with PyO3, and below for nanobind, which Debian
has no package of: that module is built where the interpreter has nanobind.
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


IN_NANOBIND = """
#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>
#include <nanobind/stl/vector.h>

#include <cstddef>
#include <vector>

namespace nb = nanobind;

// Four independent sums, as those of the other modules.
static double sum_of_squares(const double* x, std::size_t n) {
  const std::size_t quarter = n / 4;
  double a = 0, b = 0, c = 0, d = 0;
  for (std::size_t i = 0; i < quarter; ++i) {
    a += x[i] * x[i];
    b += x[quarter + i] * x[quarter + i];
    c += x[2 * quarter + i] * x[2 * quarter + i];
    d += x[3 * quarter + i] * x[3 * quarter + i];
  }
  for (std::size_t i = 4 * quarter; i < n; ++i) a += x[i] * x[i];
  return (a + b) + (c + d);
}

using Row = nb::ndarray<const double, nb::ndim<1>, nb::c_contig, nb::device::cpu>;

NB_MODULE(MODULE_NAME, module) {
  module.def("from_list", [](const std::vector<double>& x) {
    return sum_of_squares(x.data(), x.size());
  });
  module.def("from_buffer", [](const Row& x) { return sum_of_squares(x.data(), x.size()); });
  module.def("square", [](double value) { return value * value; });
}
"""


def in_nanobind(inputs):
    from built import nanobind_module

    return nanobind_module(inputs, IN_NANOBIND)


def list_and_nanobind_function(inputs):
    return inputs.x.tolist(), in_nanobind(inputs).from_list


@variant(prepare=list_and_nanobind_function, requires="nanobind", quick=False)
def nanobind_list(x, from_list):
    return from_list(x)


def view_and_nanobind_function(inputs):
    return inputs.x, in_nanobind(inputs).from_buffer


@variant(prepare=view_and_nanobind_function, requires="nanobind", quick=False)
def nanobind_buffer(x, from_buffer):
    return from_buffer(x)


def list_and_nanobind_square(inputs):
    return inputs.x.tolist(), in_nanobind(inputs).square


@variant(prepare=list_and_nanobind_square, requires="nanobind", quick=False)
def nanobind_scalar(x, square):
    return sum(map(square, x))
