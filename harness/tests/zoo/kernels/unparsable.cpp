// unparsable: a kernel whose Python module can't be imported.
#include "harness/tests/zoo/kernels/doubling.h"

GAPMETER_KERNEL() { return zoo::doubling("A Python module with a syntax error", {}); }
