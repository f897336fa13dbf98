// growth: out[i] = 2 x[i] into an array that grows, or that has its full size from the beginning.
//
// Timed: allocating the output, filling it and freeing it. The main job is to grow it, as if its
// size were not known; in `at once` it is. Serves the claim that allocating once beats growing by
// push (C14).
#include <vector>

#include "harness/kernel/kernel.h"

namespace {

using Input = std::span<const double>;

std::vector<double> push(Input x) {
  std::vector<double> out;
  for (const double value : x) out.push_back(2 * value);
  return out;
}

std::vector<double> reserve(Input x) {
  std::vector<double> out;
  out.reserve(x.size());
  for (const double value : x) out.push_back(2 * value);
  return out;
}

std::vector<double> presized(Input x) {
  std::vector<double> out(x.size());
  for (std::size_t i = 0; i < x.size(); ++i) out[i] = 2 * x[i];
  return out;
}

}  // namespace

GAPMETER_KERNEL() {
  using namespace gapmeter;
  return {.title = "out[i] = 2 x[i], growing or allocated once",
          .claims = {"C14"},
          .sizes = "16:1Mi:16x",
          .inputs = {input<double>("x", uniform{-1, 1})},
          .outputs = {output<double>("out", Tolerance{})},
          .cost =
              [](std::size_t n) {
                const auto count = static_cast<double>(n);
                return Cost{.bytes = 16 * count, .flops = count, .items = count};
              },
          .reference = "push",
          .baseline = "append",
          .native = {native<push>("push"), native<reserve>("reserve", "at once"),
                     native<presized>("presized", "at once")}};
}
