// binding: the sum of squares of n doubles by a native function that Python calls.
//
// Timed: the call and, on the Python side, converting its arguments into what the native function
// takes. Not timed: loading the module. Serves the claim that a native core under a Python API
// gives the speed and keeps the convenience (C31): `bound_list` copies a list into a vector,
// `bound_buffer` passes memory that already exists, `bound_scalar` calls once per element.
#include "harness/kernel/kernel.h"
#include "kernels/sums.h"

namespace {

using Numbers = std::span<const double>;

double direct(Numbers x) {
  return gapmeter_sums::reassociated(x, [](double value) { return value * value; });
}

}  // namespace

GAPMETER_KERNEL() {
  using namespace gapmeter;
  return {.title = "Sum of squares by a native function called from Python",
          .claims = {"C31"},
          .sizes = "1:1Mi:16x",
          .inputs = {input<double>("x", uniform{-1, 1})},
          .outputs = {output<double>("sum", gapmeter_sums::error_bound, scalar)},
          .cost =
              [](std::size_t n) {
                const auto count = static_cast<double>(n);
                return Cost{.bytes = 8 * count, .flops = 2 * count, .items = count};
              },
          .reference = "direct",
          .baseline = "generator",
          .native = {native<direct>("direct")}};
}
