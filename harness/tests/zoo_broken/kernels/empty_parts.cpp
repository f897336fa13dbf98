// empty_parts: a pair with hardly anything in it.
#include "harness/kernel/kernel.h"

GAPMETER_KERNEL() { return {}; }
