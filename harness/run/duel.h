// Two sides run the same cells in turns until the ratio between them is known: two builds of a
// program, or two engines of one.
//
// Rounds come in the order A B B A: strict A B A B would alias with whatever alternates on the
// machine. A pair is one round of each side, one right after the other, so that drift hits both
// alike. Processes and time stand behind interfaces, as in the scheduler.
#pragma once

#include <atomic>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "harness/run/job_runner.h"
#include "harness/run/scheduler.h"

namespace gapmeter {

struct DuelRule {
  int most_pairs = 1000;
  double confidence = 0.99;   // of the interval whose width is watched
  double half_width = 0.01;   // of the interval around the ratio, in logarithms: narrow enough
  double cell_budget_s = 10;  // for one cell whose calls are short
  double long_budget_s = 15;  // and for one whose calls fill a batch each
  TimingSpec timing{.round_ns = 50'000'000};
  const std::atomic<bool>* stop = nullptr;  // becomes true: end after the pair in hand
};

// One round of one side.
struct DuelRow {
  int side = 0;  // 0 base, 1 new
  int pair = 0;
  JobOutcome outcome{};
};

struct DuelResult {
  // Empty where the cell was measured on both sides; else which side failed and why.
  std::string failure{};
  Status status = Status::ok;
  std::vector<double> base_ns{}, new_ns{};  // one of each for every pair
  double seconds = 0;
  bool interrupted = false;
};

// Verifies the job's cell on both sides, checks that they get the same bytes, then times pairs
// until the interval of their ratio is narrow enough, looking at its width alone, or the budget
// ends. `first` in {0, 1} is the side that starts. `record` sees every timed round.
DuelResult run_duel(Job job, JobRunner& base, JobRunner& compared, const Clock& clock,
                    const DuelRule& rule, int first,
                    const std::function<void(const DuelRow&)>& record);

}  // namespace gapmeter
