// What every kernel of the zoo computes when it behaves: y[i] = 2 x[i], exact in float32.
#pragma once

#include <span>
#include <string>
#include <utility>
#include <vector>

#include "harness/kernel/kernel.h"

namespace zoo {

using Input = std::span<const float>;
using Output = std::vector<float>;

inline Output right(Input x) {
  Output y(x.begin(), x.end());
  for (float& value : y) value *= 2;
  return y;
}

// Whole numbers from 1 to 100, so that a Python variant may return ints.
inline void fill(std::span<float> x, gapmeter::Random& random) {
  for (float& value : x) value = 1 + static_cast<float>(random.below(100));
}

// The description of a doubling kernel with `right` as reference and baseline, and these variants
// besides.
inline gapmeter::Kernel doubling(std::string title, std::vector<gapmeter::NativeVariant> others) {
  using namespace gapmeter;
  std::vector<NativeVariant> native_variants{native<right>("right")};
  for (NativeVariant& variant : others) native_variants.push_back(std::move(variant));
  return {.title = std::move(title),
          .sizes = "16",
          .inputs = {input<float>("x", fill)},
          .outputs = {output<float>("y", Tolerance{})},
          .cost = [](std::size_t n) { return Cost{.items = static_cast<double>(n)}; },
          .reference = "right",
          .baseline = "right",
          .native = std::move(native_variants)};
}

}  // namespace zoo
