// Time behind an interface, so that waiting and budgets can be tested without waiting.
#pragma once

#include <string>

namespace gapmeter {

class Clock {
 public:
  virtual ~Clock() = default;
  virtual double now_s() const = 0;  // monotonic
};

class SteadyClock final : public Clock {
 public:
  double now_s() const override;
};

// What two consecutive readings of the steady clock take, in nanoseconds.
double clock_cost_ns();

// The time of day as ISO 8601 in UTC: 2026-01-31T12:00:00Z.
std::string utc_now();

}  // namespace gapmeter
