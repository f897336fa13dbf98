#include "harness/sys/affinity.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <sched.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <thread>

#include "harness/base/system_failure.h"
#include "harness/sys/control_groups.h"
#include "harness/sys/processor.h"

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
    fail_by_errno("sched_setaffinity");
  }
}

std::size_t processors() {
  const std::size_t allowed = allowed_cpus().size();
  const std::size_t count = allowed > 0 ? allowed : std::thread::hardware_concurrency();
  const auto quota = static_cast<std::size_t>(processor_quota().value_or(CPU_SETSIZE));
  return std::max(std::size_t{1}, std::min(count, quota));
}

namespace {

// Sandboxes refuse it, whatever it is to be set to.
bool may_set_affinity() {
  cpu_set_t set;
  return sched_getaffinity(0, sizeof set, &set) == 0 && sched_setaffinity(0, sizeof set, &set) == 0;
}

}  // namespace

int choose_cpu(const std::optional<int>& wanted) {
  const std::vector<int> allowed = allowed_cpus();
  if (!wanted) {
    if (!may_set_affinity()) return -1;
    std::vector<Processor> described;
    for (const int cpu : allowed) described.push_back(describe_processor(cpu));
    return described.empty() ? -1 : fastest_of(described);
  }
  if (std::find(allowed.begin(), allowed.end(), *wanted) == allowed.end()) {
    throw std::invalid_argument(
        fmt::format("--pin {}: this process may not use that processor; it may use {}", *wanted,
                    fmt::join(allowed, ", ")));
  }
  if (!may_set_affinity()) {
    throw std::invalid_argument(
        fmt::format("--pin {}: sched_setaffinity is refused here ({}): leave out --pin, or allow "
                    "the call in what confines this process",
                    *wanted, std::strerror(errno)));
  }
  return *wanted;
}

}  // namespace gapmeter
