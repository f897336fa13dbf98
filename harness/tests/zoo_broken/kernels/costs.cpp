// costs: a cost that is no number at the smallest size.
#include <cmath>

#include "harness/tests/zoo/kernels/doubling.h"

GAPMETER_KERNEL() {
  gapmeter::Kernel kernel = zoo::doubling("A cost of minus infinity", {});
  kernel.sizes = "4,8";
  kernel.cost = [](std::size_t n) {
    return gapmeter::Cost{.flops = std::log(static_cast<double>(n) - 4)};
  };
  return kernel;
}
