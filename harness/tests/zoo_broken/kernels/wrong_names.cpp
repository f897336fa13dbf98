// wrong_names: names a reference and a baseline that don't exist.
#include "harness/tests/zoo/kernels/doubling.h"

GAPMETER_KERNEL() {
  gapmeter::Kernel kernel = zoo::doubling("Unknown reference and baseline", {});
  kernel.reference = "fastest";
  kernel.baseline = "simplest";
  return kernel;
}
