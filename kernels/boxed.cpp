// boxed: the sum of n doubles that are held by value, in boxes of their own, and in shared boxes.
//
// Timed: reading every number and adding it up in double precision; in `shared_copied` and
// `shared_atomic` a handle is copied for each number, as a function that takes it by value does.
// Not timed: allocating. Serves the claims that boxing throws the advantage of native code away
// (C17) and that needless reference counting adds to it (C18). The main job is the sum of numbers
// in boxes; `values` is that of numbers without. Every variant except `by_value_simd` adds in IEEE
// order, as Python does: only contiguous numbers can be added as vectors.
#include <memory>
#include <thread>
#include <vector>

#include "harness/kernel/kernel.h"
#include "kernels/sums.h"

namespace {

using Numbers = std::span<const double>;
using Unique = std::vector<std::unique_ptr<const double>>;
using Shared = std::vector<std::shared_ptr<const double>>;

double by_value(Numbers x) { return gapmeter_sums::in_order(x); }
double by_value_simd(Numbers x) { return gapmeter_sums::reassociated(x); }

Unique box(Numbers x) {
  Unique boxes;
  boxes.reserve(x.size());
  for (const double value : x) boxes.push_back(std::make_unique<const double>(value));
  return boxes;
}

Shared share(Numbers x) {
  Shared boxes;
  boxes.reserve(x.size());
  for (const double value : x) boxes.push_back(std::make_shared<const double>(value));
  return boxes;
}

// libstdc++ counts without atomic instructions as long as the process has never had a second
// thread. Programs that share objects have had one.
Shared share_between_threads(Numbers x) {
  std::thread([] {}).join();
  return share(x);
}

template <class Boxes>
double sum_borrowed(const Boxes& boxes) {
  double total = 0;
  for (const auto& value : boxes) total += *value;
  return total;
}

double sum_copied(const Shared& boxes) {
  double total = 0;
  for (const auto& box : boxes) {
    const std::shared_ptr<const double> copy = box;  // NOLINT: the copy is the point
    gapmeter::keep(copy);
    total += *copy;
  }
  return total;
}

}  // namespace

GAPMETER_KERNEL() {
  using namespace gapmeter;
  return {.title = "Sum of n doubles in boxes",
          .claims = {"C17", "C18"},
          .sizes = "1Ki:1Mi:32x",
          .inputs = {input<double>("x", uniform{-1, 1})},
          .outputs = {output<double>("sum", gapmeter_sums::error_bound, scalar)},
          .cost =
              [](std::size_t n) {
                const auto count = static_cast<double>(n);
                return Cost{.bytes = 8 * count, .flops = count, .items = count};
              },
          .reference = "unique_ptr",
          .baseline = "builtin",
          .ladder = {{"list", "python/builtin"},
                     {"objects in NumPy", "python/numpy_objects"},
                     {"boxed", "native/unique_ptr"},
                     {"by value", "native/by_value"},
                     {"NumPy", "python/numpy"},
                     {"SIMD", "native/by_value_simd"}},
          .native = {native<by_value>("by_value", "values"),
                     native<by_value_simd>("by_value_simd", "values"),
                     native<box, sum_borrowed<Unique>>("unique_ptr"),
                     native<share, sum_borrowed<Shared>>("shared_borrowed"),
                     native<share, sum_copied>("shared_copied"),
                     native<share_between_threads, sum_copied>("shared_atomic")}};
}
