// interpreter: Python variants that tell where they run.
#include "harness/tests/zoo/kernels/doubling.h"

GAPMETER_KERNEL() { return zoo::doubling("Python variants that tell where they run", {}); }
