#include "harness/worker/single_calls.h"

#include <algorithm>
#include <chrono>
#include <vector>

#include "harness/base/clock.h"

namespace gapmeter {
namespace {

using Steady = std::chrono::steady_clock;

// More calls than this support no further percentile that is reported.
constexpr std::size_t most_calls = 100'000;

std::int64_t nanoseconds(Steady::duration duration) {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(duration).count();
}

// Kept in order and put into the histogram afterwards: allocating its buckets between two calls
// would disturb the caches of the second.
std::vector<std::int64_t> call_times(TimedCall& call, std::int64_t wanted_ns) {
  std::vector<std::int64_t> times;
  times.reserve(most_calls);
  const Steady::time_point first = Steady::now();
  for (;;) {
    call.restore(1);
    const Steady::time_point before = Steady::now();
    call.run(1);
    const Steady::time_point after = Steady::now();
    if (after > before) times.push_back(nanoseconds(after - before));
    const bool is_over = nanoseconds(after - first) >= wanted_ns || times.size() == most_calls;
    if (is_over && !times.empty()) return times;
  }
}

Histogram watch_machine(std::int64_t wanted_ns) {
  std::vector<std::int64_t> gaps;
  gaps.reserve(most_calls);
  const Steady::time_point first = Steady::now();
  for (Steady::time_point before = first; gaps.size() < most_calls;) {
    const Steady::time_point after = Steady::now();
    const std::int64_t gap = nanoseconds(after - before);
    if (gap >= shortest_hiccup_ns) gaps.push_back(gap);
    if (nanoseconds(after - first) >= wanted_ns) break;
    before = after;
  }
  Histogram histogram;
  for (const std::int64_t gap : gaps) histogram.add(gap);
  return histogram;
}

}  // namespace

SingleCalls time_single_calls(TimedCall& call, LaneRunner& lane, std::int64_t wanted_ns) {
  SingleCalls result{.clock_ns = clock_cost_ns()};
  const auto watch = lane.watch_collections();
  for (const std::int64_t time : call_times(call, wanted_ns)) result.calls.add(time);
  if (watch) result.collections = watch->so_far();
  const std::int64_t hiccup_ns = std::max(std::int64_t{1}, wanted_ns / 10);
  result.hiccups = watch_machine(hiccup_ns);
  result.hiccup_s = static_cast<double>(hiccup_ns) * 1e-9;
  return result;
}

}  // namespace gapmeter
