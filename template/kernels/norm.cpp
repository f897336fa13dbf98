// norm: the Euclidean norm of n float64 numbers. Replace it with your own computation, or add
// further files beside it: each is a kernel, named after its file.
#include <cmath>

#include "harness/kernel/kernel.h"

namespace {

// Native variants are plain functions: they take the inputs in the order of declaration, arrays as
// spans, and return the output.
double loop(std::span<const double> x) {
  double total = 0;
  for (const double value : x) total += value * value;
  return std::sqrt(total);
}

// Lets the compiler add in any order, which vectors need, in this loop alone.
double simd(std::span<const double> x) {
  double total = 0;
#pragma omp simd reduction(+ : total)
  for (std::size_t i = 0; i < x.size(); ++i) total += x[i] * x[i];
  return std::sqrt(total);
}

// A sum of n squares is within n roundings in any order, and its root within half of that.
gapmeter::Tolerance error_bound(const gapmeter::Inputs& inputs) {
  return {.rel = static_cast<double>(inputs.n + 2) * 0x1p-53};
}

}  // namespace

GAPMETER_KERNEL() {
  using namespace gapmeter;
  return {.title = "Euclidean norm of float64 numbers",
          .sizes = "16:1Mi:16x",
          .inputs = {input<double>("x", uniform{-1, 1})},
          .outputs = {output<double>("norm", error_bound, scalar)},
          .cost =
              [](std::size_t n) {
                const auto count = static_cast<double>(n);
                return Cost{.bytes = 8 * count, .flops = 2 * count, .items = count};
              },
          .reference = "loop",      // all other variants are verified against it
          .baseline = "generator",  // what people would write first, in norm.py
          .native = {native<loop>("loop"), native<simd>("simd")}};
}
