// Work that takes exactly as long as it has steps, because each needs the result of the one before.
// GAPMETER_EXTRA_PERCENT more steps are a slowdown by so many percent.
#include "harness/kernel/kernel.h"

namespace {

std::int64_t steps(std::int64_t start, std::int64_t n) {
  const std::int64_t count = n + n * GAPMETER_EXTRA_PERCENT / 100;
  std::int64_t x = start;
  for (std::int64_t i = 0; i < count; ++i) x = (x * 5 + 3) % 16777213;
  return x;
}

// The fill does not see n, so that the number of steps is the length of a field.
std::int64_t chain(std::span<const std::uint8_t> counted, std::int64_t start) {
  return steps(start, static_cast<std::int64_t>(counted.size()));
}

}  // namespace

GAPMETER_KERNEL() {
  using namespace gapmeter;
  return {.title = "Dependent integer steps",
          .sizes = "100:10M:10x",
          .inputs = {input<std::uint8_t>("counted", uniform{0, 0}),
                     input<std::int64_t>("start", uniform{1, 1000}, scalar)},
          .outputs = {output<std::int64_t>("last", Tolerance{}, scalar)},
          .cost = [](std::size_t n) { return Cost{.items = static_cast<double>(n)}; },
          .reference = "steps",
          .baseline = "loop",
          .native = {native<chain>("steps")}};
}
