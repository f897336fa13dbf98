// The timing pass: batches of calls under one clock, for both lanes.
//
// A round is cut into slices of a few milliseconds; between two slices of one worker the others of
// the round have theirs. A slice is batches of calls.
//
// Google Benchmark finds how many calls make a batch and drives the batches. The time of a batch is
// passed to it as manual time, from two steady_clock readings tight around the loop. Google
// Benchmark's own window also contains a reading of the thread's CPU clock, a system call of up to
// a microsecond, which would add several percent to batches of 10 µs.
//
// What a kernel's calls change in place is restored before each batch, outside of the two readings,
// but as a part of the slice's length and the round's.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <vector>

#include "harness/model/measurement.h"
#include "harness/model/task.h"
#include "harness/worker/lane_runner.h"

namespace gapmeter {

// Waits until a slice may begin. False if none shall: the round ends with those it has.
using Turn = std::function<bool()>;

// What a round needs to know of what is around it.
struct Surroundings {
  Turn turn{};                            // empty: nobody else waits for the processor
  std::function<std::int64_t()> probe{};  // empty: not probed
  // How long this thread has waited for the processor so far, in ns; empty: not told.
  std::function<std::int64_t()> waited_ns{};
  // How long it takes at most to bring what a call reads back into the caches, which others used in
  // the meantime.
  double refill_ns = 0;
  // What the system has counted of the processes whose faults and switches count; empty: this one.
  std::function<rusage()> usage{};
  bool runs_programs = false;  // each call: their processor time counts, too
  Pace pace{};
  std::function<void(double seconds)> warmed_up{};  // told how long that took
  std::int64_t clock_step_ns = 0;   // by how much the clock moves, at least (base/clock.h)
  bool by_google_benchmark = true;  // false: by a loop like its own (can_google_benchmark_run)
};

// Google Benchmark reads what /sys tells of the caches, given that directory, and ends the process
// if a part of it is missing, as it is on some virtual machines.
bool can_google_benchmark_run(const std::filesystem::path& caches);

// Warms the call up, calibrates unless the spec says how its batches are timed, and times one round
// in slices. Each waits for its turn, is probed before and after, and begins with calls that are
// not timed, because the caches and the predictors were others' (begins_cold). Batches in which the
// clock did not go forward don't count. Throws what the call throws, and std::runtime_error if no
// batch counts.
Timing time_round(TimedCall& call, const TimingSpec& spec, const Surroundings& around = {});

// Whether a slice of this plan begins with an untimed batch: always, except where a slice is a
// single call so long that filling the caches is less than a hundredth of it.
bool begins_cold(const SlicePlan& plan, double call_ns, double refill_ns);

// How long memory takes to fill the caches with what a call reads, at most: its data and what the
// interpreter or the program itself needs. Beyond the size of a last-level cache nothing stays
// there between two calls anyway.
double refill_ns(double data_bytes);

// The time inside timed regions of a round's batches.
double timed_seconds(const Timing& timing);

// How many calls make a batch, how many batches a slice, and how many slices a round, of a batch
// that takes batch_ns.
SlicePlan plan_slices(std::int64_t calls, double batch_ns, const TimingSpec& spec);
std::int64_t slices_of_round(const SlicePlan& plan, double batch_ns, const TimingSpec& spec);

// The round's figures from its batches in their order (seconds each, at least one), each of `calls`
// calls; without slices and usage.
Timing summarize_batches(std::vector<double> batch_seconds, std::int64_t calls);

}  // namespace gapmeter
