// work: twice the work in `work`, a wrong result in `broken`, one variant less and one more,
// and another job for `asked`.
#include "harness/tests/ab/doubling.h"

GAPMETER_KERNEL() {
  using gapmeter::native;
  return ab::doubling({native<ab::repeated<2>>("work"), native<ab::wrong>("broken"),
                       native<ab::repeated<1>>("added"), native<ab::repeated<1>>("asked", "copy")});
}
