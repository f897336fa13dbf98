// One exchange with a worker process: a request in, its answer and everything it printed out.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "harness/sys/huge_pages.h"
#include "harness/sys/process.h"
#include "harness/protocol/messages.h"

namespace gapmeter {

// One way to run the Python lane.
struct PythonEngine {
  std::string label;                 // in VariantId::engine; empty for the first engine
  std::vector<std::string> command;  // that starts its worker
  std::string program{};             // that runs Python: the worker itself, or an interpreter
  std::string why_portable{};  // its loop is one in Python, for this reason; empty: it is compiled
};

struct WorkerSettings {
  std::vector<std::string> native_command;
  std::vector<PythonEngine> engines;  // at least one
  std::string python_dir;
  std::string extension_dir{};
  double timeout_s = 120;
  std::optional<std::int64_t> memory_bytes{};  // the most that a worker may have
  HugePages huge_pages = HugePages::system;
  int cpu = -1;                                // the processor of single-threaded tasks; -1: any
  const std::atomic<bool>* abandon = nullptr;  // becomes true: kill the worker at once
  // Receives what a worker printed, if anything.
  std::function<void(const std::string& title, const std::string& output)> log{};
};

// The environment variables that every worker is given, for a task with this many threads: both
// lanes have the same number of BLAS threads and the same malloc. Not that of a command, which has
// the user's environment as it is.
Environment worker_environment(int threads, HugePages huge_pages);

// A request that is ready to be sent.
struct WorkerCall {
  ProcessSpec spec{};
  std::uint64_t nonce = 0;  // that the answer must repeat
};
WorkerCall call_of(const WorkerSettings& settings, const std::vector<std::string>& command,
                   const Assignment& task, int threads);

struct WorkerReply {
  ProcessResult process;
  std::uint64_t nonce = 0;
};

// Runs the worker that `command` starts on one task. Throws std::system_error when it can't be
// started. `title` heads its output in the log.
WorkerReply ask_worker(const WorkerSettings& settings, const std::vector<std::string>& command,
                       const Assignment& task, int threads, const std::string& title);

// Hands what a worker printed to the log, if there is one.
void log_output(const WorkerSettings& settings, const std::string& title,
                const ProcessResult& process);

}  // namespace gapmeter
