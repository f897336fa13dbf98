#include "harness/sys/pipe.h"

#include <fcntl.h>

#include <array>

#include "harness/base/system_failure.h"

namespace gapmeter {

Pipe make_pipe() {
  std::array<int, 2> ends{};
  if (pipe2(ends.data(), O_CLOEXEC) != 0) fail_by_errno("pipe2");
  return {.reader = Fd(ends[0]), .writer = Fd(ends[1])};
}

}  // namespace gapmeter
