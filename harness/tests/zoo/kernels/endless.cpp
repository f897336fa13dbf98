// endless: variants that never return.
#include <unistd.h>

#include "harness/tests/zoo/kernels/doubling.h"

namespace {

// Computes forever; volatile, so that the compiler may not end the loop.
zoo::Output loops(zoo::Input x) {
  for (volatile bool forever = true; forever;) {
  }
  return zoo::right(x);
}

// Waits forever, taking no time of the processor.
zoo::Output sleeps(zoo::Input x) {
  for (volatile bool forever = true; forever;) pause();
  return zoo::right(x);
}

}  // namespace

GAPMETER_KERNEL() {
  return zoo::doubling("Variants that never return",
                       {gapmeter::native<loops>("loops"), gapmeter::native<sleeps>("sleeps")});
}
