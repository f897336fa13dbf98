// A pass over an array: GAPMETER_EXTRA_PERCENT more elements are a slowdown by so many percent. The
// array is longer than any slowdown needs, so that all builds get the same bytes.
#include "harness/kernel/kernel.h"

namespace {

std::size_t elements_of(std::size_t length) {
  const std::size_t n = length / 105 * 100;
  return n + n * GAPMETER_EXTRA_PERCENT / 100;
}

double total(std::span<const double> x) {
  const std::size_t count = elements_of(x.size());
  double sum = 0;
#pragma omp simd reduction(+ : sum)
  for (std::size_t i = 0; i < count; ++i) sum += x[i];
  return sum;
}

}  // namespace

GAPMETER_KERNEL() {
  using namespace gapmeter;
  const ShapeOf with_room = [](std::size_t n) { return Shape{(n + 99) / 100 * 105}; };
  return {.title = "Sum over an array",
          .sizes = "100:10M:10x",
          .inputs = {input<double>("x", uniform{0, 1}, with_room)},
          .outputs = {output<double>("total", Tolerance{.rel = 1e-9}, scalar)},
          .cost = [](std::size_t n) { return Cost{.items = static_cast<double>(n)}; },
          .reference = "total",
          .baseline = "builtin",
          .native = {native<total>("total")}};
}
