// inplace: a kernel that changes one of its inputs. Every call finds it as it was declared.
#include <stdexcept>

#include "harness/kernel/kernel.h"

namespace {

using Changed = std::span<float>;
using Input = std::span<const float>;

// n, n - 1, …, 1.
void count_down(std::span<float> y, gapmeter::Random& /*random*/) {
  for (std::size_t i = 0; i < y.size(); ++i) y[i] = static_cast<float>(y.size() - i);
}

void right(Changed y, Input x) {
  for (std::size_t i = 0; i < y.size(); ++i) y[i] += x[i];
}

// Refuses what another call has changed already.
void insists(Changed y, Input x) {
  if (y[0] != static_cast<float>(y.size())) throw std::runtime_error("somebody was here before");
  right(y, x);
}

// Adds half of what it prepared, twice.
std::vector<float> halves(Input /*y*/, Input x) {
  std::vector<float> half(x.begin(), x.end());
  for (float& value : half) value /= 2;
  return half;
}
void adds_halves(const std::vector<float>& half, Changed y) {
  for (int times = 0; times < 2; ++times) right(y, half);
}

// Forgets the last element.
void forgets(Changed y, Input x) { right(y.first(y.size() - 1), x); }

}  // namespace

GAPMETER_KERNEL() {
  using namespace gapmeter;
  return {.title = "y[i] += x[i]",
          .sizes = "16",
          .inputs = {inout<float>("y", count_down, Tolerance{.rel = 1e-6}),
                     input<float>("x", uniform{1, 2})},
          .cost = [](std::size_t n) { return Cost{.items = static_cast<double>(n)}; },
          .reference = "right",
          .baseline = "right",
          .native = {native<right>("right"), native<insists>("insists"),
                     native<halves, adds_halves>("halves"), native<forgets>("forgets")}};
}
