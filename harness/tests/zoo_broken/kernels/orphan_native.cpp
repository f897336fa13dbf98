// orphan_native: has no .py.
#include "harness/tests/zoo/kernels/doubling.h"

GAPMETER_KERNEL() { return zoo::doubling("A kernel without a Python module", {}); }
