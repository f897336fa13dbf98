// Turns jobs into measurements by running worker processes.
#pragma once

#include "harness/run/worker_process.h"
#include "harness/worker/job.h"

namespace gapmeter {

struct JobOutcome {
  Measurement measurement;
  double wall_s = 0;       // from fork to the end of the process
  bool abandoned = false;  // the user would not wait; the measurement means nothing
};

// What the scheduler runs jobs through; tests put a fake in its place.
class JobRunner {
 public:
  virtual ~JobRunner() = default;
  virtual JobOutcome run(const Job& job) = 0;
};

class ProcessJobRunner final : public JobRunner {
 public:
  explicit ProcessJobRunner(WorkerSettings settings) : settings_(std::move(settings)) {}
  JobOutcome run(const Job& job) override;

 private:
  WorkerSettings settings_;
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
