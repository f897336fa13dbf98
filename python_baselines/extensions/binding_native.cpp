// The native side of python_baselines/binding.py: functions that pybind11 makes callable from
// Python.
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <cstddef>
#include <span>
#include <stdexcept>
#include <vector>

#include "kernels/sums.h"

namespace py = pybind11;

namespace {

double sum_of_squares(std::span<const double> x) {
  return gapmeter_sums::reassociated(x, [](double value) { return value * value; });
}

// A list, or any other sequence: every element is converted and copied before the work begins.
double from_list(const std::vector<double>& x) { return sum_of_squares(x); }

// Memory that already holds contiguous doubles: nothing is copied.
double from_buffer(const py::buffer& x) {
  const py::buffer_info info = x.request();
  if (info.ndim != 1 || info.format != py::format_descriptor<double>::format()) {
    throw std::invalid_argument("a row of doubles is expected");
  }
  return sum_of_squares(
      {static_cast<const double*>(info.ptr), static_cast<std::size_t>(info.size)});
}

}  // namespace

PYBIND11_MODULE(binding_native, module) {
  module.def("from_list", from_list);
  module.def("from_buffer", from_buffer);
  module.def("square", [](double value) { return value * value; });
}
