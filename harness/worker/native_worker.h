// The worker of the lanes that are linked into the program itself.
#pragma once

#include <string>

namespace gapmeter {

// Serves one request with the kernels of this executable, whose Python modules are in `python_dir`.
// Returns the exit status of the process (worker_main).
int native_worker(const std::string& python_dir);

}  // namespace gapmeter
