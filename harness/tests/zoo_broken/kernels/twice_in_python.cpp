// twice_in_python: a good description.
#include "harness/tests/zoo/kernels/doubling.h"

GAPMETER_KERNEL() { return zoo::doubling("Two functions of one name", {}); }
