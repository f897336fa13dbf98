// Turns tasks into measurements by running worker processes.
#pragma once

#include <cstddef>
#include <functional>
#include <future>
#include <optional>
#include <utility>
#include <vector>

#include "harness/base/parallel.h"
#include "harness/measure/worker_process.h"
#include "harness/model/measurement.h"
#include "harness/model/task.h"

namespace gapmeter {

struct TaskOutcome {
  Measurement measurement;
  double wall_s = 0;       // from fork to the end of the process
  bool abandoned = false;  // the user stopped waiting; the measurement is meaningless
  bool killed = false;     // by SIGKILL: by a person, or by the system when memory ran out
};

// Runs tasks for the scheduler; tests put a fake in its place.
class TaskRunner {
 public:
  // Takes the outcome of tasks[i]; false: start no more.
  using Take = std::function<bool(std::size_t i, TaskOutcome outcome)>;

  virtual ~TaskRunner() = default;
  virtual TaskOutcome run(const Task& task) = 0;
  // Runs tasks in which nothing is timed, and which may therefore run in parallel. `take` gets
  // their outcomes one by one, in the order of `tasks`. After it returns false, it still gets the
  // outcomes of tasks that were started.
  virtual void run_untimed(const std::vector<Task>& tasks, const Take& take);

  // Like run, but a process that the system would not start is a failed task.
  TaskOutcome try_to_run(const Task& task);
};

class ProcessTaskRunner final : public TaskRunner {
 public:
  // `most_at_once`: how many untimed tasks run in parallel.
  explicit ProcessTaskRunner(WorkerSettings settings, std::size_t most_at_once = processors())
      : settings_(std::move(settings)), most_at_once_(most_at_once) {}
  // A worker that was killed is started once more. Whether a person or the system killed it can't
  // be known, but only the system does it again.
  TaskOutcome run(const Task& task) override;
  // Tasks that run in parallel share the memory limit equally, and are not pinned. One that fails
  // in parallel is run again alone, and only that result counts.
  void run_untimed(const std::vector<Task>& tasks, const Take& take) override;

 private:
  // The outcome of a task that ran in parallel; nullopt if it failed. Waits for its end.
  std::optional<TaskOutcome> success_of(const Task& task, std::future<WorkerReply>& ended) const;

  WorkerSettings settings_;
  std::size_t most_at_once_;
};

// The command of the worker that runs a variant. Throws std::invalid_argument for an engine that
// the settings don't have.
const std::vector<std::string>& command_for(const WorkerSettings& settings,
                                            const VariantId& variant);

// What a task is called in the log.
std::string title_of(const Task& task);

TaskOutcome outcome_of(const WorkerReply& reply, double timeout_s);

// The measurement of a finished process: its own answer, or the reason why there is none.
Measurement interpret(const ProcessResult& result, std::uint64_t nonce, double timeout_s);

}  // namespace gapmeter
