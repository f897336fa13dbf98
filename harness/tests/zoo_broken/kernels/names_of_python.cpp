// names_of_python: inputs whose names mean something else in Python.
#include "harness/tests/zoo/kernels/doubling.h"

namespace {

zoo::Output first(zoo::Input n, zoo::Input /*report*/, zoo::Input /*metrics*/) {
  return zoo::right(n);
}

}  // namespace

GAPMETER_KERNEL() {
  using namespace gapmeter;
  Kernel kernel = zoo::doubling("Inputs that Python would not see", {});
  kernel.inputs.clear();
  for (const char* name : {"n", "report", "metrics"}) {
    kernel.inputs.push_back(input<float>(name, zoo::fill));
  }
  kernel.native = {native<first>("right")};
  return kernel;
}
