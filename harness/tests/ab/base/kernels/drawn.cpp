// drawn: a kernel whose inputs the changed build draws otherwise.
#include "harness/tests/ab/doubling.h"

GAPMETER_KERNEL() { return ab::doubling<1>({}); }
