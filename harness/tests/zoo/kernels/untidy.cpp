// untidy: variants that are right but leave something behind.
#include <unistd.h>

#include <cstdio>
#include <stdexcept>
#include <thread>

#include "harness/tests/zoo/kernels/doubling.h"

namespace {

// Prints 100 kB in every call, more than the pipe that it goes through holds.
zoo::Output floods(zoo::Input x) {
  for (int line = 0; line < 1000; ++line) std::printf("%099d\n", line);
  return zoo::right(x);
}

// Goes elsewhere; where results are written to must not depend on it.
zoo::Output changes_directory(zoo::Input x) {
  if (chdir("/") != 0) throw std::runtime_error("chdir");
  return zoo::right(x);
}

// Leaves a thread that never ends.
zoo::Output leaves_thread(zoo::Input x) {
  static const bool started = [] {
    std::thread([] {
      for (;;) pause();
    }).detach();
    return true;
  }();
  return started ? zoo::right(x) : zoo::Output{};
}

}  // namespace

GAPMETER_KERNEL() {
  return zoo::doubling(
      "Variants that leave something behind",
      {gapmeter::native<floods>("floods"), gapmeter::native<changes_directory>("changes_directory"),
       gapmeter::native<leaves_thread>("leaves_thread")});
}
