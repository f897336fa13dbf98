// Ctrl-C: once to stop after the current row, twice to stop at once.
#pragma once

#include <atomic>

namespace gapmeter {

struct Interrupts {
  std::atomic<bool> stop{false};     // after the first SIGINT or SIGTERM
  std::atomic<bool> abandon{false};  // after the second
};

// Installs the handlers and returns the flags that they set. Also ignores SIGPIPE and SIGXFSZ, so
// that a closed pipe or a file at its size limit is an error and does not kill the program. The
// flags are the program's only global state, because a signal handler can reach nothing else.
const Interrupts& handle_interrupts();

}  // namespace gapmeter
