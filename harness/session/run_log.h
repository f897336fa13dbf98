// Writes a run's files while it runs: every row is on disk before anything else hears of it, and
// run.json records at once if another run measures on the machine.
#pragma once

#include <filesystem>
#include <vector>

#include "harness/measure/scheduler.h"
#include "harness/model/run_facts.h"
#include "harness/session/progress.h"
#include "harness/sys/files.h"
#include "harness/sys/machine_use.h"

namespace gapmeter {

// Whether another run measures on this machine in the meantime. It is noted in run.json as soon as
// it is seen, because this run may end at any moment.
class Neighbours {
 public:
  Neighbours(RunFacts& facts, std::filesystem::path dir) : facts_(facts), dir_(std::move(dir)) {}
  // True the first time that there is another run.
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
  void round_ends(const CellGroup& group, int round, int expected, std::size_t done,
                  std::size_t total) override;
  void group_ends(const CellGroup& group, std::size_t done, std::size_t total) override;

  const std::vector<RoundRow>& rows() const { return rows_; }

 private:
  AppendFile& file_;
  Neighbours& neighbours_;
  Progress& next_;
  std::vector<RoundRow> rows_;
};

}  // namespace gapmeter
