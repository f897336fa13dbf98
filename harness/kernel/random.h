// Random numbers for inputs: the same bytes on every platform, compiler and standard library.
//
// SplitMix64 (Steele, Lea, Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014):
// integer arithmetic only. The mapping to floating point is written out here instead of taken from
// <random>, whose distributions differ between standard libraries, and its file is compiled without
// floating-point contraction.
#pragma once

#include <cstdint>
#include <functional>
#include <span>

#include "harness/kernel/buffer.h"

namespace gapmeter {

class Random {
 public:
  explicit Random(std::uint64_t key) : state_(key) {}

  // 64 uniform bits.
  std::uint64_t next() {
    state_ += 0x9e3779b97f4a7c15ULL;
    std::uint64_t z = state_;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
    return z ^ (z >> 31);
  }

  // Uniform in [0, bound) by the multiply-shift method; bound > 0. The bias, below 2^-32 for bounds
  // up to 2^32, does not matter to a benchmark's input.
  std::uint64_t below(std::uint64_t bound);

  // A multiple of 2^-53 in [0, 1).
  double unit();

 private:
  std::uint64_t state_;
};

// Fills the elements of one input field.
template <Element T>
using Fill = std::function<void(std::span<T>, Random&)>;

template <Element T>
Fill<T> uniform_fill(double low, double high);

// Uniform in [low, high]: real for floating-point fields, whole for integer ones. Converts to the
// Fill of whatever element type the field has. Throws std::invalid_argument unless the bounds are
// finite, low <= high, and the type holds them; whole numbers span less than 2^63.
struct uniform {
  double low;
  double high;

  template <Element T>
  operator Fill<T>() const {  // NOLINT(google-explicit-constructor): reads as a value in kernels
    return uniform_fill<T>(low, high);
  }
};

}  // namespace gapmeter
