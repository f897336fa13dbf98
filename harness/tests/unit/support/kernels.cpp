#include "harness/tests/unit/support/kernels.h"

namespace gapmeter::test {
namespace {

void plain(std::span<const double> x, std::span<double> y) {
  for (std::size_t i = 0; i < x.size(); ++i) y[i] = 2 * x[i];
}

std::vector<double> fast(std::span<const double> x) {
  std::vector<double> y;
  for (const double value : x) y.push_back(value + value);
  return y;
}

}  // namespace

Kernel twice_kernel(std::string name) {
  return {.name = std::move(name),
          .title = "y[i] = 2 x[i]",
          .sizes = "4:64:4x",
          .inputs = {input<double>("x", uniform{-1, 1})},
          .outputs = {output<double>("y", Tolerance{})},
          .cost =
              [](std::size_t n) {
                const auto count = static_cast<double>(n);
                return Cost{.bytes = 16 * count, .flops = count, .items = count};
              },
          .reference = "plain",
          .baseline = "loop",
          .native = {native<plain>("plain"), native<fast>("fast")}};
}

}  // namespace gapmeter::test
