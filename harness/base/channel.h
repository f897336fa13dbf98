// Where a worker process reads its request and writes its answer, and the argument that turns an
// executable into a worker; with words after it, into one for the interpreter that these start. A
// worker and the process that starts it need to agree on nothing else; the messages themselves are
// defined in protocol/.
#pragma once

namespace gapmeter {

// stdin, stdout and stderr belong to the kernel.
inline constexpr int request_fd = 3;
inline constexpr int answer_fd = 4;
// Where a stepped worker waits for a word, after it has written `step_ready` to its answer pipe:
// `step_go` to take its next step, any other to answer with what it has. The answer itself follows
// the last step.
inline constexpr int step_fd = 5;
inline constexpr char step_ready = '+';
inline constexpr char step_go = '+';
inline constexpr char step_end = '.';

// Of an interpreter that a worker starts (worker/interpreter_process.h): it has the first two of
// its own, and the file with its inputs.
inline constexpr int inputs_fd = 5;

inline constexpr const char* worker_argument = "--gapmeter-worker";

}  // namespace gapmeter
