// The timing pass: batches of calls under one clock, for both lanes.
//
// Google Benchmark finds how many calls make a batch and drives the batches. The time of a batch is
// handed to it as manual time, two steady_clock readings tight around the loop, because its own
// window also holds a reading of the thread's CPU clock: a system call of up to a microsecond,
// which on batches of 10 µs would add several percent.
#pragma once

#include <span>

#include "harness/worker/job.h"
#include "harness/worker/lane.h"

namespace gapmeter {

// Warms the call up, calibrates unless the spec says how many calls make a batch, and times one
// round. Throws what the call throws.
Timing time_round(PreparedCall& call, const TimingSpec& spec);

// The round's figures from its batches (seconds each, at least one), of calls_per_batch calls.
Timing summarize_batches(std::span<const double> batch_seconds, std::int64_t calls_per_batch);

}  // namespace gapmeter
