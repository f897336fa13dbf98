// zero_cost: the sum of the squares of the positive numbers, written in five ways.
//
// Timed: reading the numbers and adding up. They are integers, so every order of additions is right
// and the compiler may vectorise any of them. Serves the claim that iterators and closures cost
// nothing against a loop written by hand (C10); `std_function` is the closure that does cost
// something.
#include <functional>
#include <numeric>
#include <ranges>

#include "harness/kernel/kernel.h"

namespace {

using Input = std::span<const std::int64_t>;

std::int64_t raw_loop(Input x) {
  std::int64_t total = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    if (x[i] > 0) total += x[i] * x[i];
  }
  return total;
}

std::int64_t algorithm(Input x) {
  return std::transform_reduce(x.begin(), x.end(), std::int64_t{0}, std::plus<>(),
                               [](std::int64_t value) { return value > 0 ? value * value : 0; });
}

std::int64_t ranges(Input x) {
  const auto is_positive = [](std::int64_t value) { return value > 0; };
  const auto square = [](std::int64_t value) { return value * value; };
  std::int64_t total = 0;
  for (const std::int64_t value :
       x | std::views::filter(is_positive) | std::views::transform(square)) {
    total += value;
  }
  return total;
}

template <class Predicate, class Map>
std::int64_t sum_mapped(Input x, const Predicate& is_wanted, const Map& map) {
  std::int64_t total = 0;
  for (const std::int64_t value : x) {
    if (is_wanted(value)) total += map(value);
  }
  return total;
}

std::int64_t lambda(Input x) {
  return sum_mapped(
      x, [](std::int64_t value) { return value > 0; },
      [](std::int64_t value) { return value * value; });
}

// The callee is only known at run time: it is made beforehand, so that the compiler can't look into
// it.
struct Erased {
  Input x;
  std::function<bool(std::int64_t)> is_wanted;
  std::function<std::int64_t(std::int64_t)> map;
};

Erased erase(Input x) {
  return {x, [](std::int64_t value) { return value > 0; },
          [](std::int64_t value) { return value * value; }};
}

std::int64_t std_function(const Erased& erased) {
  return sum_mapped(erased.x, erased.is_wanted, erased.map);
}

}  // namespace

GAPMETER_KERNEL() {
  using namespace gapmeter;
  return {.title = "Sum of the squares of the positive numbers",
          .claims = {"C10"},
          .sizes = "16:1Mi:16x",
          .inputs = {input<std::int64_t>("x", uniform{-1000, 1000})},
          .outputs = {output<std::int64_t>("sum", Tolerance{}, scalar)},
          .cost =
              [](std::size_t n) {
                const auto count = static_cast<double>(n);
                return Cost{.bytes = 8 * count, .items = count};
              },
          .reference = "raw_loop",
          .baseline = "generator",
          .native = {native<raw_loop>("raw_loop"), native<algorithm>("algorithm"),
                     native<ranges>("ranges"), native<lambda>("lambda"),
                     native<erase, std_function>("std_function")}};
}
