// The Python lane in an interpreter of the user's: CPython with the compiled loop, and any other
// with one in Python. The interpreter is a process beside this worker, which has the kernels, the
// inputs, the verification and the statistics.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "harness/model/description.h"
#include "harness/worker/lane_runner.h"

namespace gapmeter {

struct InterpreterEngine;

class InterpreterLane final : public LaneRunner {
 public:
  // `command` starts the engine; it is started when something is first asked of it.
  explicit InterpreterLane(std::vector<std::string> command);
  ~InterpreterLane() override;

  std::unique_ptr<PreparedCall> prepare(const Kernel& kernel, const VariantId& variant,
                                        std::shared_ptr<const Inputs> inputs) override;
  void collect_garbage() override;
  std::unique_ptr<CollectionWatch> watch_collections() override;
  Pace pace() override;
  int process() override;
  rusage usage() override;

  // Of one module, or of all for an empty name.
  PythonDescription describe(const std::string& module);

 private:
  InterpreterEngine& engine();

  std::vector<std::string> command_;
  std::unique_ptr<InterpreterEngine> engine_;
};

// Serves one request, as native_worker does, with the interpreter that `command` starts.
int interpreter_worker(std::vector<std::string> command);

}  // namespace gapmeter
