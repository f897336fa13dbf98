// What happens inside a worker process: one job, from its description to its measurement.
#pragma once

#include <vector>

#include "harness/worker/job.h"
#include "harness/worker/lane.h"
#include "harness/worker/timing.h"

namespace gapmeter {

// Performs the job's pass. Whatever goes wrong in a kernel becomes the measurement's status and
// reason; nothing is thrown.
Measurement perform(const Job& job, const std::vector<Kernel>& kernels, LaneRunner& lane,
                    const Turn& turn = {});

}  // namespace gapmeter
