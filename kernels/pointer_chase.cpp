// pointer_chase: the sum of n doubles, each in an allocation of its own, or contiguous.
//
// Timed: reading every number, through a pointer if there is one, and adding it up in double
// precision. Not timed: allocating the numbers and shuffling the pointers. The main job is
// the sum of numbers behind pointers in the order of their allocation; `shuffled` and `contiguous`
// are others. Serves the claim that a
// list's scattered objects miss the cache (C04): `shuffled` against `in_order` shows the cost of
// the order in memory, `in_order` against `contiguous` that of the pointers.
#include <algorithm>
#include <memory>
#include <vector>

#include "harness/kernel/kernel.h"
#include "kernels/sums.h"

namespace {

using Numbers = std::span<const double>;
using Order = std::span<const std::int64_t>;

double contiguous(Numbers x, Order /*order*/) { return gapmeter_sums::in_order(x); }
double contiguous_simd(Numbers x, Order /*order*/) { return gapmeter_sums::reassociated(x); }

struct Boxes {
  std::vector<std::unique_ptr<double>> owners;
  std::vector<const double*> pointers;
};

Boxes box(Numbers x, Order /*order*/) {
  Boxes boxes;
  for (const double value : x) {
    boxes.owners.push_back(std::make_unique<double>(value));
    boxes.pointers.push_back(boxes.owners.back().get());
  }
  return boxes;
}

Boxes box_shuffled(Numbers x, Order order) {
  Boxes boxes = box(x, order);
  for (std::size_t i = 0; i < order.size(); ++i) {
    boxes.pointers[i] = boxes.owners[static_cast<std::size_t>(order[i])].get();
  }
  return boxes;
}

double sum_boxes(const Boxes& boxes) {
  double total = 0;
  for (const double* value : boxes.pointers) total += *value;
  return total;
}

void permutation(std::span<std::int64_t> order, gapmeter::Random& random) {
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = static_cast<std::int64_t>(i);
  for (std::size_t i = order.size(); i > 1; --i) std::swap(order[i - 1], order[random.below(i)]);
}

}  // namespace

GAPMETER_KERNEL() {
  using namespace gapmeter;
  return {.title = "Sum of n doubles behind pointers",
          .claims = {"C04"},
          .sizes = "1Ki:4Mi:8x",
          .inputs = {input<double>("x", uniform{-1, 1}), input<std::int64_t>("order", permutation)},
          .outputs = {output<double>("sum", gapmeter_sums::error_bound, scalar)},
          .cost =
              [](std::size_t n) {
                const auto count = static_cast<double>(n);
                return Cost{.bytes = 8 * count, .flops = count, .items = count};
              },
          .reference = "in_order",
          .baseline = "list_in_order",
          .ladder = {{"list", "python/list_in_order"},
                     {"boxed", "native/in_order"},
                     {"array", "python/array"},
                     {"contiguous", "native/contiguous"},
                     {"NumPy", "python/numpy"},
                     {"SIMD", "native/contiguous_simd"}},
          .native = {native<contiguous>("contiguous", "contiguous"),
                     native<contiguous_simd>("contiguous_simd", "contiguous"),
                     native<box, sum_boxes>("in_order"),
                     native<box_shuffled, sum_boxes>("shuffled", "shuffled")}};
}
