#include "harness/sys/refusals.h"

#include <fmt/format.h>
#include <sched.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "harness/sys/memory.h"

namespace gapmeter {
namespace {

constexpr const char* advice =
    "where a sandbox refuses it, allow it there (docker: --security-opt seccomp=…)";

std::string sentence(const char* call, int error, const char* consequence) {
  return fmt::format("{} is refused here ({}): {}; {}", call, std::strerror(error), consequence,
                     advice);
}

}  // namespace

std::vector<std::string> find_refusals() {
  std::vector<std::string> refusals;
  cpu_set_t cpus;  // what is so already is set again
  if (sched_getaffinity(0, sizeof cpus, &cpus) != 0 ||
      sched_setaffinity(0, sizeof cpus, &cpus) != 0) {
    refusals.push_back(
        sentence("sched_setaffinity", errno, "workers are not pinned, so that times vary more"));
  }
  rlimit limit{};
  if (getrlimit(RLIMIT_DATA, &limit) != 0 || setrlimit(RLIMIT_DATA, &limit) != 0) {
    refusals.push_back(sentence("setrlimit", errno,
                                "what exceeds --mem-limit is only noticed afterwards, by looking "
                                "ten times a second"));
  }
  if (!reset_peak(getpid())) {
    refusals.push_back(sentence("writing /proc/self/clear_refs", errno,
                                "the peak of memory is sampled, and what lasts less than a "
                                "millisecond is missed"));
  }
  return refusals;
}

}  // namespace gapmeter
