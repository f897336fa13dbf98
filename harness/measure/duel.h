// Two sides run the same cell in turns until the ratio between them is known: two builds of a
// program, or two engines of one.
//
// The unit is a pair: a fresh process of each side. The two take turns on one processor every few
// milliseconds. Within a pair the ratio is the median over neighbouring slices, which cancels
// whatever phase the machine is in. Over pairs it is the median with its distribution-free
// interval, because processes differ in memory layout and hash seed. Processes and time are behind
// interfaces, as in the scheduler.
#pragma once

#include <atomic>
#include <functional>
#include <string>
#include <vector>

#include "harness/base/statistics.h"
#include "harness/measure/pair_runner.h"
#include "harness/measure/scheduler.h"

namespace gapmeter {

struct DuelRule {
  int most_pairs = 1000;
  double confidence = 0.99;    // of the interval whose width is watched
  double half_width = 0.01;    // of the interval around the ratio, in logarithms: narrow enough
  double short_budget_s = 10;  // for one cell whose calls are short
  double long_budget_s = 15;   // and for one whose calls fill a batch each
  std::int64_t batch_ns = 10'000;
  std::int64_t slice_ns = 2'000'000;  // of one side, at least one batch
  // Per side and pair: until this many slices or this much time, but at least one slice.
  std::int64_t most_slices = 24;
  std::int64_t round_ns = 100'000'000;
  const std::atomic<bool>* stop = nullptr;  // becomes true: end after the current pair
};

// One round of one side, as it ended.
struct DuelRow {
  int side = 0;  // 0 base, 1 new
  int pair = 0;
  TaskOutcome outcome{};
};

struct DuelResult {
  // Empty if the cell was measured on both sides; else which side failed and why.
  std::string failure{};
  Status status = Status::ok;
  std::vector<double> base_ns{}, new_ns{};  // latencies: one of each for every pair
  std::vector<double> ratios{};             // new over base, of every pair
  double seconds = 0;
};

// Verifies the task's cell on both sides, checks that they get the same bytes, then times pairs
// until the interval over the first two thirds of them is narrow enough (deciding_rounds), or until
// the budget ends. Looks only at the interval's width. `record` sees every timed round.
DuelResult run_duel(Task task, PairRunner& runner, const Clock& clock, const DuelRule& rule,
                    const std::function<void(const DuelRow&)>& record = {});

// The ratio of a pair: the median over slices of new over base. Precondition: equal numbers of
// slices, at least one, all positive.
double ratio_of_slices(const std::vector<double>& base_ns, const std::vector<double>& new_ns);

// How a round is cut into slices, given a call as the base side timed it.
SlicePlan plan_slices(const Timing& timing, const DuelRule& rule);

}  // namespace gapmeter
