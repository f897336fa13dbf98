// slice_view: the sum of the middle half of n doubles, copied first or read in place.
//
// Timed: making the copy or the view, adding it up, and freeing it. Serves the claims that views
// beat temporary copies (C15) and that a function which takes an owned vector forces an allocation
// that a slice avoids (C20).
#include <vector>

#include "harness/kernel/kernel.h"
#include "kernels/sums.h"

namespace {

using Numbers = std::span<const double>;

Numbers middle(Numbers x) { return x.subspan(x.size() / 4, x.size() - 2 * (x.size() / 4)); }

// Not inlined: the caller of another library's function has to make the argument that it takes.
[[gnu::noinline]] double sum_of_slice(Numbers values) {
  return gapmeter_sums::reassociated(values);
}
[[gnu::noinline]] double sum_of_vector(std::vector<double> values) {  // NOLINT: owned on purpose
  return gapmeter_sums::reassociated(values);
}

double middle_count(std::size_t n) { return static_cast<double>(n - 2 * (n / 4)); }

gapmeter::Cost cost_of_copy(std::size_t n) {
  const double count = middle_count(n);
  return {.bytes = 16 * count, .flops = count, .items = count};
}
gapmeter::Cost cost_of_view(std::size_t n) {
  const double count = middle_count(n);
  return {.bytes = 8 * count, .flops = count, .items = count};
}

double span(Numbers x) { return sum_of_slice(middle(x)); }

double owned(Numbers x) {
  const Numbers half = middle(x);
  return sum_of_vector({half.begin(), half.end()});
}

}  // namespace

GAPMETER_KERNEL() {
  using namespace gapmeter;
  return {.title = "Sum of the middle half, copied or viewed",
          .claims = {"C15", "C20"},
          .sizes = "16:1Mi:16x",
          .inputs = {input<double>("x", uniform{-1, 1})},
          .outputs = {output<double>("sum", gapmeter_sums::error_bound, scalar)},
          .cost = cost_of_copy,
          .job_costs = {{"view", cost_of_view}},
          .reference = "owned",
          .baseline = "list_slice",
          .native = {native<owned>("owned"), native<span>("span", "view")}};
}
