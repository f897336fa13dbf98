#include "harness/worker/single_calls.h"

#include <algorithm>
#include <chrono>
#include <vector>

namespace gapmeter {
namespace {

using Steady = std::chrono::steady_clock;

// More calls than this support no further percentile that is reported.
constexpr std::size_t most_calls = 100'000;

std::int64_t nanoseconds(Steady::duration duration) {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(duration).count();
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
  SingleCalls result{.clock_ns = call.clock_ns()};
  const auto watch = lane.watch_collections();
  // Put into the histogram afterwards: allocating its buckets between two calls would disturb the
  // caches of the second.
  for (const std::int64_t time : call.ns_of_each(wanted_ns, most_calls)) result.calls.add(time);
  if (watch) result.collections = watch->so_far();
  const std::int64_t hiccup_ns = std::max(std::int64_t{1}, wanted_ns / 10);
  result.hiccups = watch_machine(hiccup_ns);
  result.hiccup_s = static_cast<double>(hiccup_ns) * 1e-9;
  return result;
}

}  // namespace gapmeter
