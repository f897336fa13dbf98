// throwing: a description that ends in an error before it is one.
#include "harness/tests/zoo/kernels/doubling.h"

GAPMETER_KERNEL() {
  gapmeter::Kernel kernel = zoo::doubling("Bounds in the wrong order", {});
  kernel.inputs = {gapmeter::input<float>("x", gapmeter::uniform{2, 1})};
  return kernel;
}
