// Compiled with -ffp-contract=off: a fused multiply-add would give other bytes on other machines.
#include "harness/kernel/random.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>
#include <string_view>

namespace gapmeter {
namespace {

[[noreturn]] void refuse(double low, double high, std::string_view why) {
  throw std::invalid_argument(fmt::format("uniform{{{}, {}}} {}", low, high, why));
}

}  // namespace

std::uint64_t Random::below(std::uint64_t bound) {
  // The high half of the 128-bit product, from 32-bit halves: __int128 is not standard C++.
  const std::uint64_t x = next();
  const std::uint64_t x_low = x & 0xffffffffU, x_high = x >> 32;
  const std::uint64_t b_low = bound & 0xffffffffU, b_high = bound >> 32;
  const std::uint64_t middle = x_high * b_low + ((x_low * b_low) >> 32);
  const std::uint64_t carry = (middle & 0xffffffffU) + x_low * b_high;
  return x_high * b_high + (middle >> 32) + (carry >> 32);
}

double Random::unit() { return static_cast<double>(next() >> 11) * 0x1p-53; }

template <Element T>
Fill<T> uniform_fill(double low, double high) {
  if (!(low <= high) || !std::isfinite(high - low)) {
    refuse(low, high, "needs finite bounds, the lower one first");
  }
  if constexpr (std::is_floating_point_v<T>) {
    if (std::max(std::abs(low), std::abs(high)) > std::numeric_limits<T>::max()) {
      refuse(low, high, "has bounds that the field's type can't hold");
    }
    return [low, width = high - low](std::span<T> field, Random& random) {
      for (T& element : field) element = static_cast<T>(low + width * random.unit());
    };
  } else {
    // An exclusive bound, because the largest 64-bit number is not a double.
    const double end = std::ldexp(1.0, std::numeric_limits<T>::digits);
    const auto least = static_cast<double>(std::numeric_limits<T>::min());
    const bool fits = std::ceil(low) >= least && std::floor(high) < end && high - low < 0x1p63;
    if (!fits || std::ceil(low) > std::floor(high)) {
      refuse(low, high, "holds no whole number, or such as the field's type can't hold");
    }
    const auto first = static_cast<std::int64_t>(std::ceil(low));
    const auto count =
        static_cast<std::uint64_t>(static_cast<std::int64_t>(std::floor(high)) - first + 1);
    return [first, count](std::span<T> field, Random& random) {
      for (T& element : field) {
        element = static_cast<T>(first + static_cast<std::int64_t>(random.below(count)));
      }
    };
  }
}

template Fill<float> uniform_fill(double, double);
template Fill<double> uniform_fill(double, double);
template Fill<std::int32_t> uniform_fill(double, double);
template Fill<std::int64_t> uniform_fill(double, double);
template Fill<std::uint8_t> uniform_fill(double, double);

}  // namespace gapmeter
