#include "harness/worker/lane_runner.h"

#include <unistd.h>

#include <chrono>

#include "harness/base/clock.h"

namespace gapmeter {
namespace {

using Steady = std::chrono::steady_clock;

std::int64_t nanoseconds(Steady::duration duration) {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(duration).count();
}

}  // namespace

double TimedCall::seconds_of(std::int64_t calls) {
  restore(calls);
  const Steady::time_point start = Steady::now();
  run(calls);
  return std::chrono::duration<double>(Steady::now() - start).count();
}

std::vector<std::int64_t> TimedCall::ns_of_each(std::int64_t wanted_ns, std::size_t most) {
  std::vector<std::int64_t> times;
  times.reserve(most);
  const Steady::time_point first = Steady::now();
  for (;;) {
    restore(1);
    const Steady::time_point before = Steady::now();
    run(1);
    const Steady::time_point after = Steady::now();
    if (after > before) times.push_back(nanoseconds(after - before));  // the clock may go back
    const bool is_over = nanoseconds(after - first) >= wanted_ns || times.size() == most;
    if (is_over && !times.empty()) return times;
  }
}

double TimedCall::clock_ns() { return clock_cost_ns(); }

int LaneRunner::process() { return getpid(); }

rusage LaneRunner::usage() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return usage;
}

}  // namespace gapmeter
