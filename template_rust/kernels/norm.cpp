// norm: the Euclidean norm of n float64 numbers. Its Rust variants are in norm.rs, its Python
// variants in norm.py; this file says what they compute. Replace the three with your own
// computation, or add further files beside them: each kernel is named after its files.
#include "harness/kernel/kernel.h"

namespace {

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
          .reference = "rust/iterator",  // all other variants are verified against it
          .baseline = "generator",       // what people would write first, in norm.py
          .native = {}};                 // a variant in C++ would be native<function>("name")
}
