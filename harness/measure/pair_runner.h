// Runs one round of a task on two sides at the same time, in turns on one processor.
//
// The speed of a shared machine changes in phases of milliseconds to minutes. Two processes that
// run one after the other see different phases. Two that alternate every few milliseconds see the
// same ones, and both start only once for many alternations.
#pragma once

#include <array>

#include "harness/measure/task_runner.h"

namespace gapmeter {

// Runs tasks for the duel; tests put a fake in its place. Side 0 is base, side 1 new.
class PairRunner {
 public:
  virtual ~PairRunner() = default;
  // One task on one side alone.
  virtual TaskOutcome run(int side, const Task& task) = 0;
  // The same task, which has slices, on both sides: slices in the order A B B A, beginning with
  // `first`. A side that fails ends the other one too, which is then abandoned.
  virtual std::array<TaskOutcome, 2> run_pair(const Task& task, int first) = 0;
};

class ProcessPairRunner final : public PairRunner {
 public:
  ProcessPairRunner(WorkerSettings base, WorkerSettings compared)
      : settings_{std::move(base), std::move(compared)} {}

  TaskOutcome run(int side, const Task& task) override;
  std::array<TaskOutcome, 2> run_pair(const Task& task, int first) override;

 private:
  std::array<WorkerSettings, 2> settings_;
};

}  // namespace gapmeter
