// jobs: a job that one lane alone does, and one that is misspelled where it has its cost.
#include "harness/tests/zoo/kernels/doubling.h"

GAPMETER_KERNEL() {
  gapmeter::Kernel kernel = zoo::doubling("Jobs without a native variant, or any", {});
  kernel.job_costs = {{"veiw", [](std::size_t) { return gapmeter::Cost{}; }}};
  return kernel;
}
