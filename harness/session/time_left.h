// How long a run will still take, from how long its parts took.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "harness/measure/plan.h"
#include "harness/model/rows.h"

namespace gapmeter {

// From the wall time of the tasks that have ended. A cell's tasks are expected to take as
// long as the median of those that ended; those of sizes not reached yet as long as the same
// variant's with as many threads at the nearest smaller size, and by so much longer as a few calls
// will take if they grow with n, or as the line through the two sizes before tells.
class TimeLeft {
 public:
  explicit TimeLeft(const Plan& plan) : plan_(plan) {}

  void task_ended(const RoundRow& row);
  // Whatever was planned of it and has not been run will not be.
  void group_ended(const CellGroup& group);
  // Seconds; nullopt before anything has ended, and with a wanted precision.
  std::optional<double> estimate_s() const;

 private:
  bool is_exhausted(const CellKey& cell) const;
  double expected_s(const CellKey& cell, double average) const;

  const Plan& plan_;
  struct Ended {
    std::vector<double> tasks_s{};
    double call_s = 0;  // of the round that ended last
    bool failed = false;
    bool exhausted = false;  // of time or memory: larger sizes are skipped
  };
  std::map<CellKey, Ended> ended_;
  std::set<std::pair<std::string, std::size_t>> over_;  // kernel, n
  double total_s_ = 0;
  int total_tasks_ = 0;
};

}  // namespace gapmeter
