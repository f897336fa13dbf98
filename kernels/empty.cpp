// empty: what a call costs in each lane when nothing is computed. Every other kernel's time
// contains this price; it is reported beside the results and never subtracted.
#include "harness/kernel/kernel.h"

namespace {

void nothing() {}

}  // namespace

GAPMETER_KERNEL() {
  return {.title = "An empty call",
          .item = "call",
          .sizes = "1",
          .cost = [](std::size_t) { return gapmeter::Cost{.items = 1}; },
          .reference = "nothing",
          .baseline = "nothing",
          .native = {gapmeter::native<nothing>("nothing")}};
}
