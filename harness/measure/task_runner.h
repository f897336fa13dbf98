// Turns tasks into measurements by running worker processes.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <future>
#include <optional>
#include <utility>
#include <vector>

#include "harness/sys/affinity.h"
#include "harness/measure/task_outcome.h"
#include "harness/measure/worker_process.h"
#include "harness/model/task.h"

namespace gapmeter {

// Runs tasks for the scheduler; tests put a fake in its place.
class TaskRunner {
 public:
  // Takes the outcome of tasks[i]; false: start no more.
  using Take = std::function<bool(std::size_t i, TaskOutcome outcome)>;

  virtual ~TaskRunner() = default;
  // One task that is not timed.
  virtual TaskOutcome run(const Task& task) = 0;
  // A round: tasks that are timed in turns (take_turns).
  virtual std::vector<TaskOutcome> run_round(const std::vector<Task>& tasks, std::uint64_t key,
                                             const std::atomic<bool>* stop) = 0;
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
  std::vector<TaskOutcome> run_round(const std::vector<Task>& tasks, std::uint64_t key,
                                     const std::atomic<bool>* stop) override;
  // Tasks that run in parallel share the memory limit equally, and are not pinned. One that fails
  // in parallel is run again alone, and only that result counts.
  void run_untimed(const std::vector<Task>& tasks, const Take& take) override;

 private:
  // The outcome of a task that ran in parallel; nullopt if it failed. Waits for its end.
  std::optional<TaskOutcome> success_of(const Task& task, std::future<WorkerReply>& ended) const;

  WorkerSettings settings_;
  std::size_t most_at_once_;
};

}  // namespace gapmeter
