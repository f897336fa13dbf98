// Watches a run for its files: every row is on disk before anyone else hears of it, and run.json
// says so at once when another run measures on the machine.
#pragma once

#include <filesystem>
#include <vector>

#include "harness/measure/scheduler.h"
#include "harness/model/run_facts.h"
#include "harness/session/progress.h"
#include "harness/sys/files.h"
#include "harness/sys/machine_use.h"

namespace gapmeter {

// Whether another run measures on this machine meanwhile. Noted in run.json when it is seen, since
// nobody knows how this run ends.
class Neighbours {
 public:
  Neighbours(RunFacts& facts, std::filesystem::path dir) : facts_(facts), dir_(std::move(dir)) {}
  // True the first time that there is one.
  bool appear();

 private:
  RunFacts& facts_;
  std::filesystem::path dir_;
  MachineUse use_;
  bool noticed_ = false;
};

class RunLog final : public RunObserver {
 public:
  // `known` are rows that the file has already.
  RunLog(AppendFile& file, std::vector<RoundRow> known, Neighbours& neighbours, Progress& next)
      : file_(file), neighbours_(neighbours), next_(next), rows_(std::move(known)) {}

  void task_starts(const Task& task, int round, std::size_t done, std::size_t total) override;
  void row_ends(const RoundRow& row) override;
  void group_ends(const CellGroup& group, std::size_t done, std::size_t total) override;

  const std::vector<RoundRow>& rows() const { return rows_; }

 private:
  AppendFile& file_;
  Neighbours& neighbours_;
  Progress& next_;
  std::vector<RoundRow> rows_;
};

}  // namespace gapmeter
