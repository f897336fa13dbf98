// garbage: Python variants that keep the garbage collector busy, and one that does not.
#include "harness/tests/zoo/kernels/doubling.h"

GAPMETER_KERNEL() { return zoo::doubling("Work for the garbage collector", {}); }
