// The main function of every worker process, whatever its lane.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "harness/worker/lane_runner.h"
#include "harness/protocol/messages.h"

namespace gapmeter {

// What a lane's executable provides.
struct WorkerLane {
  std::function<std::unique_ptr<LaneRunner>(const Request&)> start;
  // The answer to a DescribeRequest.
  std::function<std::string(LaneRunner&, const DescribeRequest&, std::uint64_t nonce)> describe;
};

// Reads one request, performs it, answers. Returns the exit status: 0 if an answer was written,
// whatever it says; 2 if the request or the pipes were unusable.
int worker_main(const WorkerLane& lane);

}  // namespace gapmeter
