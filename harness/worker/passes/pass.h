// What a pass works on, and the functions of every pass of a worker: each has a file in this
// folder, and a line in passes.cpp.
#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "harness/model/measurement.h"
#include "harness/model/task.h"
#include "harness/worker/lane_runner.h"
#include "harness/worker/timing.h"

namespace gapmeter {

// A variant that is a function of a kernel.
struct PassContext {
  const Task& task;
  const Kernel& kernel;
  LaneRunner& lane;
  const Turn& turn;
};

// A variant that is a command. Precondition: the task has one.
struct CommandContext {
  const Task& task;
  const Turn& turn;
};

// A variant that is a server. Precondition: the task has one.
struct ServerContext {
  const Task& task;
  const Turn& turn;
};

// What a pass does with each. They measure the variant of the task, and throw what kernels, lanes
// and commands throw (perform).
struct PassFunctions {
  Measurement (*of_function)(const PassContext& context);
  Measurement (*of_command)(const CommandContext& context);
  Measurement (*of_server)(const ServerContext& context);
};

PassFunctions functions_of(Pass pass);

// The kernel's inputs at a size, with the task's seed and threads.
std::shared_ptr<Inputs> make_inputs(const PassContext& context, std::size_t n);
// As it appears in rows.
std::string digest_text(const Inputs& inputs);

}  // namespace gapmeter
