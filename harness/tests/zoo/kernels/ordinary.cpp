// ordinary: unusual Python that is nevertheless right.
#include "harness/tests/zoo/kernels/doubling.h"

GAPMETER_KERNEL() { return zoo::doubling("Unusual Python that is nevertheless right", {}); }
