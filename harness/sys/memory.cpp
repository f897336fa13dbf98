#include "harness/sys/memory.h"

#include <fmt/format.h>
#include <malloc.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#include <algorithm>
#include <fstream>
#include <string>
#include <string_view>

#include "harness/sys/control_groups.h"

namespace gapmeter {
namespace {

// The value of a line "KEY:   123 kB" of a file in /proc, in bytes.
std::optional<std::int64_t> kilobytes_line(const std::string& path, std::string_view key) {
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with(key) && line.size() > key.size() && line[key.size()] == ':') {
      return std::stoll(line.substr(key.size() + 1)) * 1024;
    }
  }
  return std::nullopt;
}

std::optional<std::int64_t> least(std::optional<std::int64_t> a, std::optional<std::int64_t> b) {
  return a && b ? std::min(a, b) : (a ? a : b);
}

// What setrlimit may set RLIMIT_DATA to; nullopt: anything.
std::optional<std::int64_t> hard_limit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_DATA, &limit) != 0 || limit.rlim_max == RLIM_INFINITY) return std::nullopt;
  return static_cast<std::int64_t>(limit.rlim_max);
}

}  // namespace

std::optional<std::int64_t> resident_bytes(int pid) {
  if (const auto exact = kilobytes_line(fmt::format("/proc/{}/smaps_rollup", pid), "Rss")) {
    return exact;
  }
  return kilobytes_line(fmt::format("/proc/{}/status", pid), "VmRSS");
}

std::int64_t resident_bytes_of(int pid) {
  return kilobytes_line(fmt::format("/proc/{}/status", pid), "VmRSS").value_or(0);
}

std::int64_t proportional_bytes_of(int pid) {
  return kilobytes_line(fmt::format("/proc/{}/smaps_rollup", pid), "Pss").value_or(0);
}

std::optional<std::int64_t> available_bytes() {
  return least(kilobytes_line("/proc/meminfo", "MemAvailable"), room_in_control_groups());
}

std::optional<std::int64_t> peak_resident_bytes(int pid) {
  return kilobytes_line(fmt::format("/proc/{}/status", pid), "VmHWM");
}

bool reset_peak(int pid) {
  std::ofstream file(fmt::format("/proc/{}/clear_refs", pid));
  file << "5" << std::flush;
  return file.good();
}

void release_free_memory() { malloc_trim(0); }

void disable_huge_pages() { prctl(PR_SET_THP_DISABLE, 1, 0, 0, 0); }

std::optional<std::int64_t> memory_limit(const std::optional<std::int64_t>& wanted) {
  if (wanted) return least(wanted, hard_limit());
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  return hard_limit();  // their shadow memory is larger than any machine's
#else
  const std::optional<std::int64_t> available = available_bytes();
  return least(available ? std::optional(*available / 5 * 4) : std::nullopt, hard_limit());
#endif
}

}  // namespace gapmeter
