// Turns jobs into measurements by running worker processes.
#pragma once

#include <cstddef>
#include <functional>
#include <future>
#include <optional>
#include <utility>
#include <vector>

#include "harness/results/parallel.h"
#include "harness/run/worker_process.h"
#include "harness/worker/job.h"

namespace gapmeter {

struct JobOutcome {
  Measurement measurement;
  double wall_s = 0;       // from fork to the end of the process
  bool abandoned = false;  // the user would not wait; the measurement means nothing
  bool killed = false;     // by SIGKILL, from a person or from the system for want of memory
};

// What the scheduler runs jobs through; tests put a fake in its place.
class JobRunner {
 public:
  // Takes the outcome of jobs[i]; false: start no more.
  using Take = std::function<bool(std::size_t i, JobOutcome outcome)>;

  virtual ~JobRunner() = default;
  virtual JobOutcome run(const Job& job) = 0;
  // Runs jobs in which nothing is timed, which may therefore run beside each other. `take` gets
  // their outcomes one by one in the order of `jobs`; what was started when it wants no more is
  // still taken.
  virtual void run_untimed(const std::vector<Job>& jobs, const Take& take);

  // As run, but a process that the system would not start is a failed job.
  JobOutcome try_to_run(const Job& job);
};

class ProcessJobRunner final : public JobRunner {
 public:
  // `most_at_once`: so many untimed jobs run beside each other.
  explicit ProcessJobRunner(WorkerSettings settings, std::size_t most_at_once = processors())
      : settings_(std::move(settings)), most_at_once_(most_at_once) {}
  // A worker that was killed is started once more: whether a person did it or the system can't be
  // told, and only the system does it again.
  JobOutcome run(const Job& job) override;
  // Of jobs that run beside each other each may have its part of the memory, and none is pinned.
  // One that fails so is run again alone: only that counts.
  void run_untimed(const std::vector<Job>& jobs, const Take& take) override;

 private:
  // Of a job that ran beside others; nothing when it failed. Waits for its end.
  std::optional<JobOutcome> success_of(const Job& job, std::future<WorkerReply>& ended) const;

  WorkerSettings settings_;
  std::size_t most_at_once_;
};

// The command of the worker that runs a variant. Throws std::invalid_argument for an engine that
// the settings don't have.
const std::vector<std::string>& command_for(const WorkerSettings& settings,
                                            const VariantId& variant);

// What a job is called in the log.
std::string title_of(const Job& job);

JobOutcome outcome_of(const WorkerReply& reply, double timeout_s);

// The measurement that a finished process stands for: its own answer, or the reason why there is
// none.
Measurement interpret(const ProcessResult& result, std::uint64_t nonce, double timeout_s);

}  // namespace gapmeter
