// The worker of the lanes that are linked into the program itself.
#pragma once

#include "harness/sys/built_program.h"

namespace gapmeter {

// Serves one request with the kernels of this executable, which are those of `program`.
// Returns the exit status of the process (worker_main).
int native_worker(const BuiltProgram& program);

}  // namespace gapmeter
