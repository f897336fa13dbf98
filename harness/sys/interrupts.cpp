#include "harness/sys/interrupts.h"

#include <csignal>

namespace gapmeter {
namespace {

Interrupts interrupts;
static_assert(std::atomic<bool>::is_always_lock_free, "a signal handler may not take a lock");

void on_signal(int /*signal*/) {
  if (interrupts.stop.exchange(true)) interrupts.abandon = true;
}

}  // namespace

const Interrupts& handle_interrupts() {
  struct sigaction action {};
  action.sa_handler = on_signal;
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
  signal(SIGPIPE, SIG_IGN);
  signal(SIGXFSZ, SIG_IGN);
  return interrupts;
}

}  // namespace gapmeter
