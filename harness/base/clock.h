// Time, behind an interface, so that what waits or has a budget is tested without waiting.
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

// What reading the steady clock twice takes when nothing stands between, in nanoseconds.
double clock_cost_ns();

// The time of day as ISO 8601 in UTC: 2026-01-31T12:00:00Z.
std::string utc_now();

}  // namespace gapmeter
