// missing_names: says neither what the reference is nor what the baseline is.
#include "harness/tests/zoo/kernels/doubling.h"

GAPMETER_KERNEL() {
  gapmeter::Kernel kernel = zoo::doubling("Neither reference nor baseline", {});
  kernel.reference.clear();
  kernel.baseline.clear();
  return kernel;
}
