#include "harness/base/clock.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <ctime>
#include <utility>
#include <vector>

#include "harness/base/statistics.h"

namespace gapmeter {

double SteadyClock::now_s() const {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

double clock_cost_ns() {
  using Steady = std::chrono::steady_clock;
  constexpr int readings = 1001;
  std::vector<double> costs;
  costs.reserve(readings);
  for (int i = 0; i < readings; ++i) {
    const Steady::time_point start = Steady::now();
    const std::chrono::duration<double, std::nano> cost = Steady::now() - start;
    costs.push_back(cost.count());
  }
  return median(costs);
}

std::int64_t clock_step_ns() {
  using Steady = std::chrono::steady_clock;
  constexpr int wanted_steps = 10;
  constexpr int most_readings = 10'000'000;
  std::int64_t least = std::chrono::nanoseconds(std::chrono::seconds(1)).count();
  Steady::time_point last = Steady::now();
  int steps = 0;
  for (int i = 0; i < most_readings && steps < wanted_steps; ++i) {
    const Steady::time_point now = Steady::now();
    const std::chrono::nanoseconds step = now - std::exchange(last, now);
    if (step.count() <= 0) continue;  // or back, on broken machines
    least = std::min<std::int64_t>(least, step.count());
    ++steps;
  }
  return least;
}

std::string utc_now() {
  return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(std::time(nullptr)));
}

}  // namespace gapmeter
