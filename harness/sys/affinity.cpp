#include "harness/sys/affinity.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <sched.h>

#include <algorithm>
#include <cerrno>
#include <stdexcept>
#include <system_error>

namespace gapmeter {

std::vector<int> allowed_cpus() {
  cpu_set_t set;
  std::vector<int> cpus;
  if (sched_getaffinity(0, sizeof set, &set) != 0) return cpus;
  for (int cpu = 0; cpu < CPU_SETSIZE; ++cpu) {
    if (CPU_ISSET(static_cast<std::size_t>(cpu), &set)) cpus.push_back(cpu);
  }
  return cpus;
}

void run_on(const std::vector<int>& cpus) {
  cpu_set_t set;
  CPU_ZERO(&set);
  for (const int cpu : cpus) CPU_SET(static_cast<std::size_t>(cpu), &set);
  if (sched_setaffinity(0, sizeof set, &set) != 0) {
    throw std::system_error(errno, std::generic_category(), "sched_setaffinity");
  }
}

int choose_cpu(const std::optional<int>& wanted) {
  const std::vector<int> allowed = allowed_cpus();
  if (!wanted) return allowed.empty() ? -1 : allowed.back();
  if (std::find(allowed.begin(), allowed.end(), *wanted) == allowed.end()) {
    throw std::invalid_argument(
        fmt::format("--pin {}: this process may not use that processor; it may use {}", *wanted,
                    fmt::join(allowed, ", ")));
  }
  return *wanted;
}

}  // namespace gapmeter
