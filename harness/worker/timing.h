// The timing pass: batches of calls under one clock, for both lanes.
//
// Google Benchmark finds how many calls make a batch and drives the batches. The time of a batch is
// passed to it as manual time, from two steady_clock readings tight around the loop. Google
// Benchmark's own window also contains a reading of the thread's CPU clock, a system call of up to
// a microsecond, which would add several percent to batches of 10 µs.
#pragma once

#include <functional>
#include <optional>
#include <span>

#include "harness/model/measurement.h"
#include "harness/model/task.h"
#include "harness/worker/lane_runner.h"

namespace gapmeter {

// Waits until a slice may begin.
using Turn = std::function<void()>;

// Warms the call up, calibrates unless the spec says how its batches are timed, and times one
// round. With slices, it waits for its turn before each slice and then makes one more untimed call,
// because another process had the caches. Throws what the call throws.
Timing time_round(PreparedCall& call, const TimingSpec& spec, const Turn& turn = {});

// The round's figures from its batches in their order (seconds each, at least one), each of `calls`
// calls. Without an estimator, the length of the batches decides which one.
Timing summarize_batches(std::span<const double> batch_seconds, std::int64_t calls,
                         std::optional<Estimator> estimator = std::nullopt);

// The median over blocks of consecutive batches that together last about `block_seconds` of a
// block's mean batch, in seconds. nullopt if a block is less than two batches, or more than all of
// them.
std::optional<double> median_block(std::span<const double> batch_seconds, double block_seconds);

}  // namespace gapmeter
