// The worker of the lanes that are linked into the program itself.
#pragma once

#include "harness/sys/program.h"

namespace gapmeter {

// Serves one request with the kernels of this executable, which are those of `program`.
// Returns the exit status of the process (worker_main).
int native_worker(const Program& program);

}  // namespace gapmeter
