// duplicates: every name is given twice.
#include "harness/tests/zoo/kernels/doubling.h"

GAPMETER_KERNEL() {
  gapmeter::Kernel kernel =
      zoo::doubling("Names given twice", {gapmeter::native<zoo::right>("right")});
  kernel.outputs[0].name = kernel.inputs[0].name;
  return kernel;
}
