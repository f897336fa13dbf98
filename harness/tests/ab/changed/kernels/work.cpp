// work: twice the work in `work`, a wrong result in `broken`, one variant less and one more.
#include "harness/tests/ab/doubling.h"

GAPMETER_KERNEL() {
  using gapmeter::native;
  return ab::doubling({native<ab::repeated<2>>("work"), native<ab::wrong>("broken"),
                       native<ab::repeated<1>>("added")});
}
