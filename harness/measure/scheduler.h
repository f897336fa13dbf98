// Carries out a plan: verification, memory and a first round of one group after the other, then
// round after round of all of them.
//
// Processes, time, progress and the results are behind interfaces, so that tests drive it with
// fakes and assert exactly what runs in which order.
#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <tuple>
#include <utility>

#include "harness/analysis/undisturbed.h"
#include "harness/base/clock.h"
#include "harness/model/rows.h"
#include "harness/measure/footprints.h"
#include "harness/measure/task_runner.h"
#include "harness/measure/plan.h"

namespace gapmeter {

// Watches a run; every callback comes from the scheduler's thread.
class RunObserver {
 public:
  virtual ~RunObserver() = default;
  // `done` of `total` tasks have ended or will not be needed. Of a round, whose tasks take turns,
  // the first one.
  virtual void task_starts(const Task& /*task*/, int /*round*/, std::size_t /*done*/,
                           std::size_t /*total*/) {}
  // A row is complete. It is on disk when this returns.
  virtual void row_ends(const RoundRow& /*row*/) {}
  // The group's round number `round`, counted from 1, is complete. With a wanted precision it will
  // probably have `expected` rounds.
  virtual void round_ends(const CellGroup& /*group*/, int /*round*/, int /*expected*/,
                          std::size_t /*done*/, std::size_t /*total*/) {}
  // Nothing more of the group will be run.
  virtual void group_ends(const CellGroup& /*group*/, std::size_t /*done*/, std::size_t /*total*/) {
  }
};

struct SchedulerOptions {
  std::optional<double> budget_s{};         // wall time; the variants share what is left of it
  const std::atomic<bool>* stop = nullptr;  // becomes true: end after the current turn
  // Cells that would need more are skipped, judging by what they declare or by what smaller sizes
  // took, scaled with n.
  std::optional<std::int64_t> memory_bytes{};
  // Rows of an earlier run of the same plan that was cut short. They are kept as they are: not
  // measured again, and not reported to the observer.
  std::vector<RoundRow> known{};
};

enum class RunEnd { complete, interrupted };

// Variants are verified, and their memory is measured, in parallel; they are timed in turns,
// servers one after the other. The rounds of a cell are spread over the run, so that they see its
// fast minutes and its slow ones. Every planned cell leaves at least one row. With a wanted
// precision, a cell gets no further rounds once it has reached it; a native variant continues until
// every gap against it has, too. A variant that fails is not run again at this n, and one that
// timed out or ran out of memory is not tried at larger sizes.
class Scheduler {
 public:
  Scheduler(const Plan& plan, TaskRunner& runner, const Clock& clock, RunObserver& observer,
            SchedulerOptions options);

  RunEnd run();

 private:
  struct Contestant {
    const PlannedVariant* planned;
    std::optional<SlicePlan> slices{};  // from its first round
    bool failed = false;
    bool is_done = false;  // needs no further rounds
  };

  // A group of cells, and what has happened in it.
  struct Contest {
    const CellGroup* group;
    std::vector<Contestant> contestants{};
    std::vector<RoundRow> rows{};
    int rounds = 0;        // that are complete
    std::size_t done = 0;  // tasks
    double spent_s = 0;
    bool has_ended = false;
  };

  void open(Contest& contest);
  Contest* next_contest();
  bool has_round_left(const Contest& contest) const;
  void run_round(Contest& contest);
  void end(Contest& contest);
  void skip(Contest& contest);
  void settle(Contest& contest, Contestant& contestant);
  void run_untimed(Contest& contest, Pass pass);
  bool time_round(Contest& contest);
  void order_servers(const Contest& contest, std::vector<Contestant*>& contestants) const;
  Task task_of(const CellGroup& group, const Contestant& contestant, Pass pass, int round) const;
  void conclude(Contest& contest, Contestant& contestant, Pass pass, int round, int position,
                TaskOutcome outcome);
  // Uses the known row of a task; false if there is none.
  bool recall(Contest& contest, Contestant& contestant, Pass pass, int round);
  void count_done(Contest& contest);
  void learn(const CellKey& cell, Contestant& contestant, const Measurement& measurement);
  std::size_t fitting(const CellGroup& group, const std::vector<Contestant*>& contestants,
                      std::size_t first) const;
  void record(Contest& contest, const PlannedVariant& planned, Pass pass, int round, int position,
              TaskOutcome outcome);
  void keep(Contest& contest, RoundRow row);
  using Series = std::pair<std::string, int>;  // variant, threads
  static Series series_in(const SummaryRow& row) {
    return {to_string(row.cell.variant), row.cell.threads};
  }
  // Here and below `summary` is that of the contest's rows.
  void retire_precise(Contest& contest, const std::vector<SummaryRow>& summary) const;
  std::set<Series> wide_series(const std::vector<SummaryRow>& summary) const;
  bool is_hopeless(const Contest& contest, const SummaryRow& row) const;
  int expected_rounds(const Contest& contest, const std::vector<SummaryRow>& summary) const;
  bool is_budget_over() const;
  // In proportion to its variants; infinite without a budget.
  double share_of_budget(const Contest& contest) const;
  bool stopped() const { return options_.stop != nullptr && *options_.stop; }

  const Plan& plan_;
  TaskRunner& runner_;
  const Clock& clock_;
  RunObserver& observer_;
  SchedulerOptions options_;
  Footprints footprints_;
  double started_s_;
  std::size_t done_ = 0;
  std::size_t total_ = 0;
  std::size_t variants_ = 0;  // of all groups
  std::vector<Contest> contests_;
  Probes probes_{};                                                  // of the whole run
  std::map<std::tuple<CellKey, Pass, int>, const RoundRow*> known_;  // by cell, pass and round
  // Variants that timed out or ran out of memory, with the reason.
  std::map<SeriesKey, std::string> exhausted_;
};

}  // namespace gapmeter
