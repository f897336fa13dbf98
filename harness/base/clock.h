// Time behind an interface, so that waiting and budgets can be tested without waiting.
#pragma once

#include <cstdint>
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

// By how much the steady clock moves, at least, in nanoseconds: its resolution or, where that is
// finer, what reading it takes. Tens on most machines, millions where a system knows only ticks.
std::int64_t clock_step_ns();

// A batch is so many steps of the clock long, at least.
inline constexpr std::int64_t steps_in_a_batch = 100;

// The time of day as ISO 8601 in UTC: 2026-01-31T12:00:00Z.
std::string utc_now();

}  // namespace gapmeter
