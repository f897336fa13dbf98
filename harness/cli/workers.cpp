// Where this build's worker executables and Python modules are, and what they offer.
#include <fmt/format.h>

#include <filesystem>

#include "harness/cli/commands.h"

namespace gapmeter {

WorkerSettings default_workers(const Invocation& invocation) {
  const std::string self = std::filesystem::read_symlink("/proc/self/exe").string();
  return {.native_executable = self,
          .python_executable = self + "-python",
          .python_dir = invocation.python_dir,
          .abandon = &invocation.interrupts.stop,
          .log = {}};
}

Catalog load_catalog(const WorkerSettings& workers) {
  return {.kernels = registered_kernels(), .python = describe_python(workers)};
}

void print_warnings(const std::vector<std::string>& warnings) {
  for (const std::string& warning : warnings) {
    fmt::print(stderr, "gapmeter: warning: {}\n", warning);
  }
}

}  // namespace gapmeter
