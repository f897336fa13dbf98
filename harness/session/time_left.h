// How long a run will still take, estimated from how long its parts took.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "harness/measure/footprints.h"
#include "harness/measure/plan.h"
#include "harness/model/rows.h"

namespace gapmeter {

// Estimates from the wall time of tasks that have ended, without the turns of others. A cell's
// tasks are expected to take the median of those that ended. A size that was not reached yet starts
// from the same variant's median, with the same number of threads, at the nearest smaller size. To
// that it adds the growth of a few calls along the line through the two sizes before. Of a single
// size nothing is known of growth: a call is taken for one in proportion to n, as far as a
// microsecond for each would explain it, and the rest for a fixed cost. A command or a server has a
// start-up, and its first size tells nothing at all. Cells that will not fit into memory take no
// time.
class TimeLeft {
 public:
  // `memory_bytes`: what a worker may have.
  TimeLeft(const Plan& plan, const std::optional<std::int64_t>& memory_bytes);

  void task_ended(const RoundRow& row);
  // A group will probably have so many rounds, all in all.
  void round_ended(const CellGroup& group, int expected);
  // What was planned for the group and has not run will not run any more.
  void group_ended(const CellGroup& group);
  // Seconds; nullopt before anything has ended.
  std::optional<double> estimate_s() const;

 private:
  std::size_t expected_tasks(const CellGroup& group) const;
  bool is_exhausted(const CellKey& cell) const;
  double expected_s(const CellKey& cell, bool is_program, double average) const;

  const Plan& plan_;
  Footprints footprints_;
  struct Ended {
    std::vector<double> tasks_s{};
    std::optional<double> call_s{};  // of the round that ended last
    bool failed = false;
    bool exhausted = false;  // of time or memory: larger sizes are skipped
  };
  std::map<CellKey, Ended> ended_;
  std::set<std::pair<std::string, std::size_t>> over_;                  // kernel, n
  std::map<std::pair<std::string, std::size_t>, int> expected_rounds_;  // where known
  double total_s_ = 0;
  int total_tasks_ = 0;
};

}  // namespace gapmeter
