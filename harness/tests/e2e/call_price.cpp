// call_price VARIANT CALLS: calls a variant of the kernel `empty` so many times, as timed loops do.
// test_call_price.py counts the instructions.
#include <algorithm>
#include <cstdlib>
#include <memory>

#include "harness/worker/lane_runner.h"

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  const std::vector<gapmeter::Kernel> kernels = gapmeter::registered_kernels();
  const auto empty =
      std::find_if(kernels.begin(), kernels.end(),
                   [](const gapmeter::Kernel& kernel) { return kernel.name == "empty"; });
  const auto variant = gapmeter::parse_variant(argv[1]);
  if (empty == kernels.end() || !variant) return 2;
  const auto inputs = std::make_shared<const gapmeter::Inputs>(gapmeter::Inputs{.n = 1});
  gapmeter::NativeLane().prepare(*empty, *variant, inputs)->run(std::atoll(argv[2]));
}
