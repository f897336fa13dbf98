// What happens inside a worker process: one task, from its description to its measurement.
#pragma once

#include <vector>

#include "harness/model/measurement.h"
#include "harness/model/task.h"
#include "harness/worker/lane_runner.h"
#include "harness/worker/timing.h"

namespace gapmeter {

// Performs the task's pass. Whatever goes wrong in a kernel or a command becomes the measurement's
// status and reason; nothing is thrown.
Measurement perform(const Task& task, const std::vector<Kernel>& kernels, LaneRunner& lane,
                    const Turn& turn = {});

}  // namespace gapmeter
