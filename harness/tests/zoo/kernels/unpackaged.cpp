// unpackaged: a kernel whose Python module needs a package that nobody has.
#include "harness/tests/zoo/kernels/doubling.h"

GAPMETER_KERNEL() { return zoo::doubling("A Python module without a package that it needs", {}); }
