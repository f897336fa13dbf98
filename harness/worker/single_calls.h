// The pass over single calls: how long each one took, which shows the tail that batches average
// away, and the tail that the machine alone would cause.
#pragma once

#include <algorithm>
#include <cstdint>

#include "harness/model/measurement.h"
#include "harness/worker/lane_runner.h"

namespace gapmeter {

// Calls shorter than this are not timed one by one: reading the clock, or a step of it, would be a
// visible part of them.
constexpr double shortest_single_call_ns(std::int64_t clock_step_ns) {
  return std::max(1000.0, 10.0 * static_cast<double>(clock_step_ns));
}

// Times calls one by one for about `wanted_ns`, at least once, then watches the machine for a tenth
// of that. A call in which the clock did not go forward does not count. Throws what the call
// throws.
SingleCalls time_single_calls(TimedCall& call, LaneRunner& lane, std::int64_t wanted_ns);

}  // namespace gapmeter
