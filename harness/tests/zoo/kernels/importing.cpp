// importing: a Python module that misbehaves while it is imported, when it is told to.
#include "harness/tests/zoo/kernels/doubling.h"

GAPMETER_KERNEL() { return zoo::doubling("A Python module that misbehaves at import", {}); }
