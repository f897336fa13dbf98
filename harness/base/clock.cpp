#include "harness/base/clock.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <chrono>
#include <ctime>
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

std::string utc_now() {
  return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(std::time(nullptr)));
}

}  // namespace gapmeter
