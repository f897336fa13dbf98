// The main function of every worker process, whatever its lane.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "harness/worker/lane.h"
#include "harness/worker/protocol.h"

namespace gapmeter {

// Where a worker finds its request and leaves its answer; stdin, stdout and stderr belong to the
// kernel.
inline constexpr int request_fd = 3;
inline constexpr int answer_fd = 4;
// Where a worker that works in steps waits for the word to take the next one, after it has written
// `step_ready` to its answer pipe. The answer itself follows the last step.
inline constexpr int step_fd = 5;
inline constexpr char step_ready = '+';
// The first argument that makes an executable a worker.
inline constexpr const char* worker_argument = "--gapmeter-worker";

// What a lane's executable brings along.
struct WorkerLane {
  std::function<std::unique_ptr<LaneRunner>(const Request&)> start;
  // The answer to a DescribeRequest.
  std::function<std::string(LaneRunner&, const DescribeRequest&, std::uint64_t nonce)> describe;
};

// Reads one request, performs it, answers. Returns the exit status: 0 when an answer was written,
// whatever it says; 2 when the request or the pipes were not usable.
int worker_main(const WorkerLane& lane);

}  // namespace gapmeter
