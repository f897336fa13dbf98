// wrong: variants that return something else than the reference.
#include <limits>

#include "harness/tests/zoo/kernels/doubling.h"

namespace {

using zoo::Input;
using zoo::Output;

// One element is off by a little, at every size.
Output value(Input x) {
  Output y = zoo::right(x);
  y.front() += 0.5F;
  return y;
}

// The last element is left out where n is odd, as a forgotten remainder loop does.
Output tail(Input x) {
  Output y = zoo::right(x);
  if (x.size() % 2 == 1) y.back() = 0;
  return y;
}

// Returns one element too few.
Output length(Input x) {
  Output y = zoo::right(x);
  y.pop_back();
  return y;
}

// Returns a NaN where a number belongs.
Output not_a_number(Input x) {
  Output y = zoo::right(x);
  y.back() = std::numeric_limits<float>::quiet_NaN();
  return y;
}

// Right in the first call only: keeps adding to what it returned before.
Output second_call(Input x) {
  static float carried = 0;
  Output y = zoo::right(x);
  y.front() += carried;
  carried += 1;
  return y;
}

// Overwrites its input, and remembers what stood there, so that its results stay right.
Output scribbles(Input x) {
  static const float first = x[0];
  Output y = zoo::right(x);
  y.front() = 2 * first;
  const_cast<float&>(x[0]) = 0;  // NOLINT(cppcoreguidelines-pro-type-const-cast): the misdeed
  return y;
}

}  // namespace

GAPMETER_KERNEL() {
  using gapmeter::native;
  return zoo::doubling("Variants with a wrong result",
                       {native<value>("value"), native<tail>("tail"), native<length>("length"),
                        native<not_a_number>("not_a_number"), native<second_call>("second_call"),
                        native<scribbles>("scribbles")});
}
