// stale: variants whose later calls do less than the first, and some that only look like it.
#include <algorithm>
#include <vector>

#include "harness/tests/zoo/kernels/doubling.h"

namespace {

using zoo::Input;
using zoo::Output;

Output sorted(Input x) {
  Output y(x.begin(), x.end());
  std::sort(y.begin(), y.end());
  return y;
}

Output copy(Input x) { return {x.begin(), x.end()}; }

// Sorts what it prepared: every call but the first finds it sorted.
Output sorts_prepared(Output& y) {
  std::sort(y.begin(), y.end());
  return y;
}

// Keeps its first result for good.
Output remembers(Input x) {
  static const Output first = sorted(x);
  return first;
}

struct Room {
  Input x;
  Output scratch;
};

Room room(Input x) { return {x, Output(x.size())}; }

// Prepares the room that a call works in, which is no fault.
Output reuses_room(Room& room) {
  std::copy(room.x.begin(), room.x.end(), room.scratch.begin());
  std::sort(room.scratch.begin(), room.scratch.end());
  return room.scratch;
}

}  // namespace

GAPMETER_KERNEL() {
  using namespace gapmeter;
  return {.title = "The numbers in ascending order",
          .sizes = "16",
          .inputs = {input<float>("x", zoo::fill)},
          .outputs = {output<float>("y", Tolerance{})},
          .cost = [](std::size_t n) { return Cost{.items = static_cast<double>(n)}; },
          .reference = "right",
          .baseline = "right",
          .native = {native<sorted>("right"), native<copy, sorts_prepared>("sorts_prepared"),
                     native<remembers>("remembers"), native<room, reuses_room>("reuses_room")}};
}
