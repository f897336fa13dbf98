// unimportable: a kernel whose Python module raises.
#include "harness/tests/zoo/kernels/doubling.h"

GAPMETER_KERNEL() { return zoo::doubling("A Python module that raises", {}); }
