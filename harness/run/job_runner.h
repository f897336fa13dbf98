// Turns jobs into measurements by running worker processes.
#pragma once

#include <atomic>
#include <functional>
#include <string>
#include <vector>

#include "harness/run/process.h"
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

struct WorkerSettings {
  std::string native_executable;
  std::string python_executable;
  std::string python_dir;
  double timeout_s = 120;
  int cpu = -1;                                // the processor of single-threaded jobs; -1: any
  const std::atomic<bool>* abandon = nullptr;  // becomes true: kill the worker at once
  // Receives what a worker printed, if anything.
  std::function<void(const std::string& title, const std::string& output)> log;
};

// The variables that every worker gets, for a job of so many threads: equal numbers of BLAS threads
// and equal huge-page conditions in both lanes.
std::vector<std::pair<std::string, std::string>> worker_environment(int threads);

class ProcessJobRunner final : public JobRunner {
 public:
  explicit ProcessJobRunner(WorkerSettings settings) : settings_(std::move(settings)) {}
  JobOutcome run(const Job& job) override;

 private:
  WorkerSettings settings_;
};

// Asks the Python worker for its variants and its interpreter. Throws std::runtime_error with the
// reason when the worker can't say.
PythonDescription describe_python(const WorkerSettings& settings);

// The measurement that a finished process stands for: its own answer, or the reason why there is
// none.
Measurement interpret(const ProcessResult& result, std::uint64_t nonce, double timeout_s);

}  // namespace gapmeter
