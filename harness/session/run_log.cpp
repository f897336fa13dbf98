#include "harness/session/run_log.h"

#include "harness/base/csv.h"
#include "harness/store/columns.h"
#include "harness/store/run_json.h"

namespace gapmeter {

bool Neighbours::appear() {
  if (noticed_ || !use_.is_shared()) return false;
  noticed_ = true;
  facts_.measured_alone = false;
  write_run_facts(dir_, facts_);
  return true;
}

void RunLog::task_starts(const Task& task, int round, std::size_t done, std::size_t total) {
  next_.task_starts(task, round, done, total);
}

void RunLog::row_ends(const RoundRow& row) {
  file_.append(to_csv_line(to_fields(row)));
  rows_.push_back(row);
  next_.row_ends(row);
  if (neighbours_.appear()) next_.warn(shared_machine_warning);
}

void RunLog::round_ends(const CellGroup& group, int round, int expected, std::size_t done,
                        std::size_t total) {
  next_.round_ends(group, round, expected, done, total);
}

void RunLog::group_ends(const CellGroup& group, std::size_t done, std::size_t total) {
  next_.group_ends(group, done, total);
}

}  // namespace gapmeter
