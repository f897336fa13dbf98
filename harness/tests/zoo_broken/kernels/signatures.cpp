// signatures: variants that don't fit the declared inputs and outputs.
#include <cstdint>

#include "harness/tests/zoo/kernels/doubling.h"

namespace {

// Takes another element type.
std::vector<float> doubles(std::span<const double> x) { return {x.begin(), x.end()}; }

// Takes a scalar in place of the array.
std::vector<float> one(float x) { return {x}; }

// Returns another element type.
std::vector<std::int32_t> whole(zoo::Input x) { return std::vector<std::int32_t>(x.size()); }

// Takes no output and returns none.
void nothing(zoo::Input /*x*/) {}

}  // namespace

GAPMETER_KERNEL() {
  using gapmeter::native;
  return zoo::doubling("Signatures that don't fit",
                       {native<doubles>("doubles"), native<one>("one"), native<whole>("whole"),
                        native<nothing>("nothing")});
}
