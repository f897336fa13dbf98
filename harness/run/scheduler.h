// Carries out a plan: verification, memory and interleaved rounds, comparison by comparison.
//
// Processes, time, progress and the results all stand behind interfaces, so that tests drive it
// with fakes and assert exactly what runs in which order.
#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <string>
#include <tuple>

#include "harness/results/records.h"
#include "harness/run/job_runner.h"
#include "harness/run/plan.h"

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

// Watches a run; every callback comes from the scheduler's thread.
class RunObserver {
 public:
  virtual ~RunObserver() = default;
  // `done` of `total` jobs have ended or will not be needed.
  virtual void job_starts(const Job& /*job*/, int /*round*/, std::size_t /*done*/,
                          std::size_t /*total*/) {}
  // A row is complete. It is on disk when this returns.
  virtual void row_ends(const RoundRow& /*row*/) {}
  virtual void comparison_ends(const Comparison& /*comparison*/, std::size_t /*done*/,
                               std::size_t /*total*/) {}
};

struct SchedulerOptions {
  std::optional<double> budget_s{};         // wall time; the variants share what is left of it
  const std::atomic<bool>* stop = nullptr;  // becomes true: end after the row in hand
  // Cells that would need more are skipped: what they declare, or what smaller sizes took scaled
  // with n.
  std::optional<std::int64_t> memory_bytes{};
  // Of an earlier run of the same plan that was cut short: taken as they are, not measured again
  // and not told to the observer.
  std::vector<RoundRow> known{};
};

enum class RunEnd { complete, interrupted };

// Variants are verified and weighed beside each other, and timed alone. Every planned cell leaves
// at least one row. With a wanted precision, a cell gets no further
// rounds once it has reached it; a native variant stays for as long as a gap against it has not. A
// variant that fails is not run again at this n, and one that timed out or ran out of memory is not
// tried at larger sizes.
class Scheduler {
 public:
  Scheduler(const Plan& plan, JobRunner& runner, const Clock& clock, RunObserver& observer,
            SchedulerOptions options);

  RunEnd run();

 private:
  struct Contestant {
    const PlannedVariant* planned;
    std::optional<BatchPlan> batch{};  // from its first round
    bool failed = false;
    bool precise = false;  // needs no further rounds
  };

  void run_comparison(const Comparison& comparison, double share_s);
  void settle(const Comparison& comparison, Contestant& contestant);
  void run_untimed(const Comparison& comparison, std::vector<Contestant>& contestants, Pass pass);
  Job job_of(const Comparison& comparison, const Contestant& contestant, Pass pass) const;
  void conclude(const Comparison& comparison, Contestant& contestant, Pass pass, int round,
                int position, JobOutcome outcome);
  bool run_round(const Comparison& comparison, std::vector<Contestant*>& contestants, int round);
  // Takes over what is known of a job; false when nothing is.
  bool recall(const Comparison& comparison, Contestant& contestant, Pass pass, int round);
  void learn(const CellKey& cell, Contestant& contestant, const Measurement& measurement);
  std::optional<Measurement> too_large(const Comparison& comparison,
                                       const PlannedVariant& planned) const;
  void record(const Comparison& comparison, const PlannedVariant& planned, Pass pass, int round,
              int position, JobOutcome outcome);
  void retire_precise(std::vector<Contestant*>& contestants, int rounds) const;
  void skip_comparison(const Comparison& comparison);
  // Of what is left of the budget, as much as the comparison has of the variants that are left.
  double share_of_budget(std::size_t next) const;
  bool stopped() const { return options_.stop != nullptr && *options_.stop; }

  const Plan& plan_;
  JobRunner& runner_;
  const Clock& clock_;
  RunObserver& observer_;
  SchedulerOptions options_;
  double started_s_;
  std::size_t done_ = 0;
  std::size_t total_ = 0;
  std::vector<RoundRow> rows_;                                       // of the comparison in hand
  std::map<std::tuple<CellKey, Pass, int>, const RoundRow*> known_;  // by cell, pass and round
  // What variants took at the size measured last, by "kernel variant threads".
  struct Footprint {
    std::size_t n = 0;
    double baseline_bytes = 0, added_bytes = 0;
  };
  std::map<std::string, Footprint> footprints_;
  // Variants that timed out or ran out of memory, by "kernel variant threads", with the reason.
  std::map<std::string, std::string> exhausted_;
};

}  // namespace gapmeter
