// What a pass works on, and the function of every pass of a worker: each has a file in this folder,
// and a line in passes.cpp.
#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "harness/model/measurement.h"
#include "harness/model/task.h"
#include "harness/worker/lane_runner.h"
#include "harness/worker/timing.h"

namespace gapmeter {

struct PassContext {
  const Task& task;
  const Kernel& kernel;
  LaneRunner& lane;
  const Turn& turn;
};

// Measures the variant of the task. Throws what kernels and lanes throw (perform).
using PassFunction = Measurement (*)(const PassContext& context);

PassFunction function_of(Pass pass);

// The kernel's inputs at a size, with the task's seed and threads.
std::shared_ptr<Inputs> make_inputs(const PassContext& context, std::size_t n);
// As it appears in rows.
std::string digest_text(const Inputs& inputs);

}  // namespace gapmeter
