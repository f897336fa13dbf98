// y[i] = 2 x[i] with as much work as is wanted.
#pragma once

#include <span>
#include <string>
#include <utility>
#include <vector>

#include "harness/kernel/kernel.h"

namespace ab {

using Input = std::span<const float>;
using Output = std::vector<float>;

// Inputs are whole numbers up to 100, so that all of this is exact; each step needs the one before.
inline Output right(Input x) {
  Output y(x.begin(), x.end());
  for (float& value : y) {
    for (int step = 0; step < 64; ++step) value = 3 * value - 2 * value;
    value *= 2;
  }
  return y;
}

template <int Times>
Output repeated(Input x) {
  Output y;
  for (int time = 0; time < Times; ++time) {
    y = right(x);
    gapmeter::keep(y);
  }
  return y;
}

inline Output wrong(Input x) {
  Output y = right(x);
  y.front() += 1;
  return y;
}

// Whole numbers from `Least` on.
template <int Least>
void fill(std::span<float> x, gapmeter::Random& random) {
  for (float& value : x) value = Least + static_cast<float>(random.below(90));
}

template <int Least = 1>
gapmeter::Kernel doubling(std::vector<gapmeter::NativeVariant> others) {
  using namespace gapmeter;
  std::vector<NativeVariant> native_variants{native<right>("right")};
  for (NativeVariant& variant : others) native_variants.push_back(std::move(variant));
  return {.title = "y[i] = 2 x[i], the long way",
          .sizes = "1Ki",
          .inputs = {input<float>("x", fill<Least>)},
          .outputs = {output<float>("y", Tolerance{})},
          .cost = [](std::size_t n) { return Cost{.items = static_cast<double>(n)}; },
          .reference = "right",
          .baseline = "right",
          .native = std::move(native_variants)};
}

}  // namespace ab
