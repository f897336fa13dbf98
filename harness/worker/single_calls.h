// The pass over single calls: how long each one took, which shows the tail that batches average
// away, and the tail that the machine alone would cause.
#pragma once

#include "harness/model/measurement.h"
#include "harness/worker/lane_runner.h"

namespace gapmeter {

// Calls shorter than this are not timed one by one: reading the clock would be a visible part of
// them.
inline constexpr double shortest_single_call_ns = 1000;

// Times calls one by one for about `wanted_ns`, at least once, then watches the machine for a tenth
// of that. Throws what the call throws.
SingleCalls time_single_calls(TimedCall& call, LaneRunner& lane, std::int64_t wanted_ns);

}  // namespace gapmeter
