// Two sides run the same cell in turns until the ratio between them is known: two builds of a
// program, or two engines of one.
//
// The unit is a pair: a fresh process of each side. The two take turns on one processor every few
// milliseconds. Within a pair the ratio is the median over neighbouring slices, which cancels
// whatever phase the machine is in. Over pairs it is the median with its distribution-free
// interval, because processes differ in memory layout and hash seed. Processes and time are behind
// interfaces, as in the scheduler.
#pragma once

#include <array>
#include <atomic>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "harness/base/statistics.h"
#include "harness/measure/turns.h"
#include "harness/measure/scheduler.h"

namespace gapmeter {

// Runs tasks for the duel; tests put a fake in its place. Side 0 is base, side 1 new.
class PairRunner {
 public:
  virtual ~PairRunner() = default;
  // One task on one side alone.
  virtual TaskOutcome run(int side, const Task& task) = 0;
  // A round (take_turns): the same task on both sides.
  virtual std::array<TaskOutcome, 2> run_pair(const Task& task, int pair) = 0;
};

class ProcessPairRunner final : public PairRunner {
 public:
  // Each side's command if they run commands, which are then what differs between them.
  using PairOfCommands = std::array<std::optional<CommandTask>, 2>;

  ProcessPairRunner(WorkerSettings base, WorkerSettings compared, PairOfCommands commands = {})
      : settings_{std::move(base), std::move(compared)}, commands_(std::move(commands)) {}

  TaskOutcome run(int side, const Task& task) override;
  std::array<TaskOutcome, 2> run_pair(const Task& task, int pair) override;

 private:
  Entrant entrant(std::size_t side, Task task) const;

  std::array<WorkerSettings, 2> settings_;
  PairOfCommands commands_;
};

struct DuelRule {
  int most_pairs = 1000;
  double confidence = 0.99;    // of the interval whose width is watched
  double half_width = 0.01;    // of the interval around the ratio, in logarithms: narrow enough
  double short_budget_s = 10;  // for one cell whose calls are shorter than a slice
  double long_budget_s = 15;   // and for one whose calls are slices of their own
  std::int64_t round_ns = 48'000'000;       // of one side and pair, but at least one slice
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
  std::vector<double> base_ns{}, new_ns{};   // latencies: one of each for every pair
  std::vector<double> ratios{};              // new over base, of every pair
  std::int64_t slices = 0, undisturbed = 0;  // of both sides together
  double seconds = 0;
};

// Verifies the task's cell on both sides, checks that they get the same bytes, then times pairs
// until the interval over the first two thirds of them is narrow enough (deciding_rounds), or until
// the budget ends. Looks only at the interval's width. `record` sees every timed round.
DuelResult run_duel(Task task, PairRunner& runner, const Clock& clock, const DuelRule& rule,
                    const std::function<void(const DuelRow&)>& record = {});

// Of the turns of a pair in which both slices were undisturbed or, where those are few, of all that
// both sides had: the medians of new over base and of base.
struct RatioOfSlices {
  double base_ns;
  double ratio;
};

// Precondition: at least one slice each.
RatioOfSlices ratio_of_slices(const Slices& base, const Slices& compared, double best_probe);

}  // namespace gapmeter
