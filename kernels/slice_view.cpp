// slice_view: the sum of the middle half of n doubles, looked at where they are or copied first.
//
// Timed: making the view or the copy, adding it up, and freeing it. Serves the claims that views
// beat temporary copies (C15) and that a function which takes an owned vector forces an allocation
// that a slice avoids (C20).
#include <vector>

#include "harness/kernel/kernel.h"

namespace {

using Numbers = std::span<const double>;

Numbers middle(Numbers x) { return x.subspan(x.size() / 4, x.size() - 2 * (x.size() / 4)); }

template <class Sequence>
double sum(const Sequence& values) {
  double total = 0;
  for (const double value : values) total += value;
  return total;
}

// Not inlined: whoever calls a function of another library has to make what it takes.
[[gnu::noinline]] double sum_of_slice(Numbers values) { return sum(values); }
[[gnu::noinline]] double sum_of_vector(std::vector<double> values) {  // NOLINT: owned on purpose
  return sum(values);
}

double span(Numbers x) { return sum_of_slice(middle(x)); }

double owned(Numbers x) {
  const Numbers half = middle(x);
  return sum_of_vector({half.begin(), half.end()});
}

// In any order |error| <= (n - 1) u sum |x| (Higham, "Accuracy and Stability of Numerical
// Algorithms", 2002, 4.2), twice as two sums are compared. |x| <= 1.
gapmeter::Tolerance error_bound(const gapmeter::Inputs& inputs) {
  const auto n = static_cast<double>(inputs.n);
  return {.abs = 2 * n * n * 0x1p-53};
}

}  // namespace

GAPMETER_KERNEL() {
  using namespace gapmeter;
  return {.title = "Sum of the middle half, viewed or copied",
          .claims = {"C15", "C20"},
          .sizes = "16:1Mi:16x",
          .inputs = {input<double>("x", uniform{-1, 1})},
          .outputs = {output<double>("sum", error_bound, scalar)},
          .cost =
              [](std::size_t n) {
                const auto count = static_cast<double>(n - 2 * (n / 4));
                return Cost{.bytes = 8 * count, .flops = count, .items = count};
              },
          .reference = "span",
          .baseline = "list_slice",
          .native = {native<span>("span"), native<owned>("owned")}};
}
