// One function under two names, in every lane: a ratio between twins is 1, whatever the machine
// does, and what a run says of it shows how much its intervals are worth.
//
// `sweep` computes the same and reads 32 MiB besides: what runs after it in a turn finds caches
// that are full of other things.
#include <memory>
#include <numeric>
#include <vector>

#include "harness/kernel/kernel.h"

// The same machine code for C++ and Rust, compiled once: what differs is the lane.
extern "C" [[gnu::noinline]] double gapmeter_twins_sum(const double* x, std::size_t count) {
  double sum = 0;
  for (std::size_t i = 0; i < count; ++i) sum += x[i];
  return sum;
}

namespace {

double shared(std::span<const double> x) { return gapmeter_twins_sum(x.data(), x.size()); }

double in_order(std::span<const double> x) {
  double sum = 0;
  for (const double value : x) sum += value;
  return sum;
}

struct Swept {
  std::span<const double> x;
  std::vector<double> others;
};

Swept with_others(std::span<const double> x) {
  constexpr std::size_t others = std::size_t{4} << 20;
  return {x, std::vector<double>(others, 1.0)};
}

double sweep(const Swept& swept) {
  gapmeter::keep(std::accumulate(swept.others.begin(), swept.others.end(), 0.0));
  return in_order(swept.x);
}

}  // namespace

GAPMETER_KERNEL() {
  using namespace gapmeter;
  return {.title = "A sum in order, under two names",
          .sizes = "512:4Mi:64x",
          .inputs = {input<double>("x", uniform{0, 1})},
          .outputs = {output<double>("total", Tolerance{.rel = 1e-9}, scalar)},
          .cost = [](std::size_t n) { return Cost{.items = static_cast<double>(n)}; },
          .reference = "sum",
          .baseline = "builtin",
          .native = {native<in_order>("sum"), native<in_order>("sum_twin"),
                     native<shared>("shared"), native<with_others, sweep>("sweep")}};
}
