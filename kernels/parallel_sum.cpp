// parallel_sum: the sum of n doubles by several threads.
//
// Timed: dividing the work, adding, and combining the parts. Not timed: starting the threads or
// processes, which wait for work beforehand. Serves the claim that threads which compute take turns
// under the GIL while native ones use every core (C24).
#include <tbb/blocked_range.h>
#include <tbb/parallel_reduce.h>
#include <tbb/task_arena.h>

#include <functional>
#include <memory>

#include "harness/kernel/kernel.h"
#include "kernels/sums.h"

namespace {

using Numbers = std::span<const double>;

double one_thread(Numbers x, std::int32_t /*threads*/) { return gapmeter_sums::reassociated(x); }

struct Work {
  Numbers x;
  std::unique_ptr<tbb::task_arena> arena;
};

Work start(Numbers x, std::int32_t threads) {
  return {x, std::make_unique<tbb::task_arena>(threads)};
}

double tbb_reduce(const Work& work) {
  const auto sum_part = [&](const tbb::blocked_range<std::size_t>& part, double total) {
    return total + gapmeter_sums::reassociated(work.x.subspan(part.begin(), part.size()));
  };
  constexpr std::size_t grain = 4096;  // a microsecond or two
  return work.arena->execute([&] {
    return tbb::parallel_reduce(tbb::blocked_range<std::size_t>(0, work.x.size(), grain), 0.0,
                                sum_part, std::plus<>());
  });
}

}  // namespace

GAPMETER_KERNEL() {
  using namespace gapmeter;
  return {
      .title = "Sum of n doubles by several threads",
      .claims = {"C24"},
      .sizes = "16Ki:4Mi:16x",
      .inputs = {input<double>("x", uniform{-1, 1}), thread_count()},
      .outputs = {output<double>("sum", gapmeter_sums::error_bound, scalar)},
      .cost =
          [](std::size_t n) {
            const auto count = static_cast<double>(n);
            return Cost{.bytes = 8 * count, .flops = count, .items = count};
          },
      .reference = "tbb",
      .baseline = "threads",
      .native = {native<one_thread>("one_thread", "one thread"), native<start, tbb_reduce>("tbb")}};
}
