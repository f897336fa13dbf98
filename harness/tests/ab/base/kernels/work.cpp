// work: variants that the changed build has otherwise.
#include "harness/tests/ab/doubling.h"

GAPMETER_KERNEL() {
  using gapmeter::native;
  return ab::doubling({native<ab::repeated<1>>("work"), native<ab::repeated<1>>("broken"),
                       native<ab::repeated<1>>("removed"), native<ab::repeated<1>>("asked")});
}
