// declarations: Python variants whose declarations say something that they can't mean.
#include "harness/tests/zoo/kernels/doubling.h"

GAPMETER_KERNEL() { return zoo::doubling("Declarations of Python variants", {}); }
