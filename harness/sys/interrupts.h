// Ctrl-C: once to end after the row in hand, twice to end at once.
#pragma once

#include <atomic>

namespace gapmeter {

struct Interrupts {
  std::atomic<bool> stop{false};     // after the first SIGINT or SIGTERM
  std::atomic<bool> abandon{false};  // after the second
};

// Installs the handlers and returns the flags that they set. Also ignores SIGPIPE and SIGXFSZ, so
// that a closed pipe or a file that may not grow is an error and not the end. The flags are the
// program's one piece of global state: a signal handler can reach nothing else.
const Interrupts& handle_interrupts();

}  // namespace gapmeter
