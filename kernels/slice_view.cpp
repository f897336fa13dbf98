// slice_view: the sum of the middle half of n doubles, read in place or copied first.
//
// Timed: making the view or the copy, adding it up, and freeing it. Serves the claims that views
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

double span(Numbers x) { return sum_of_slice(middle(x)); }

double owned(Numbers x) {
  const Numbers half = middle(x);
  return sum_of_vector({half.begin(), half.end()});
}

}  // namespace

GAPMETER_KERNEL() {
  using namespace gapmeter;
  return {.title = "Sum of the middle half, viewed or copied",
          .claims = {"C15", "C20"},
          .sizes = "16:1Mi:16x",
          .inputs = {input<double>("x", uniform{-1, 1})},
          .outputs = {output<double>("sum", gapmeter_sums::error_bound, scalar)},
          .cost =
              [](std::size_t n) {
                const std::size_t middle = n - 2 * (n / 4);
                const auto count = static_cast<double>(middle);
                return Cost{.bytes = 8 * count, .flops = count, .items = count};
              },
          .reference = "span",
          .baseline = "list_slice",
          .native = {native<span>("span"), native<owned>("owned")}};
}
