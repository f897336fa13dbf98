// memory_probe: variants whose memory is known: inputs, scratch space, what is kept.
#include <span>
#include <vector>

#include "harness/kernel/kernel.h"

namespace {

using Input = std::span<const float>;

// Nothing but the input: 4 bytes per element.
float slice(Input x) { return x[0]; }

// 8 bytes per element during the call, freed at its end.
float scratch(Input x) {
  const std::vector<double> wide(x.begin(), x.end());
  gapmeter::keep(wide);
  return static_cast<float>(wide[0]);
}

// 8 bytes per element that stay after the call.
float retains(Input x) {
  static std::vector<double> kept;
  kept.assign(x.begin(), x.end());
  return static_cast<float>(kept[0]);
}

}  // namespace

GAPMETER_KERNEL() {
  using namespace gapmeter;
  return {
      .title = "Variants of known memory",
      .sizes = "1Mi",
      .inputs = {input<float>("x", uniform{1, 2})},
      .outputs = {output<float>("first", Tolerance{}, scalar)},
      .cost = [](std::size_t n) { return Cost{.items = static_cast<double>(n)}; },
      .reference = "slice",
      .baseline = "floats",
      .native = {native<slice>("slice"), native<scratch>("scratch"), native<retains>("retains")}};
}
