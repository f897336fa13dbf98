// Where a worker process finds its request and leaves its answer, and the one argument that makes
// an executable a worker. Whoever starts workers and whoever is one agree on this and on nothing
// else of each other; what the messages say is protocol/'s.
#pragma once

namespace gapmeter {

// stdin, stdout and stderr belong to the kernel.
inline constexpr int request_fd = 3;
inline constexpr int answer_fd = 4;
// Where a worker that works in steps waits for the word to take the next one, after it has written
// `step_ready` to its answer pipe. The answer itself follows the last step.
inline constexpr int step_fd = 5;
inline constexpr char step_ready = '+';

inline constexpr const char* worker_argument = "--gapmeter-worker";

}  // namespace gapmeter
