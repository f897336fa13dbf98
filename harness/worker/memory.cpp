#include "harness/worker/memory.h"

#include <fmt/format.h>
#include <malloc.h>
#include <sys/prctl.h>

#include <fstream>
#include <string>
#include <string_view>

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

}  // namespace

std::optional<std::int64_t> resident_bytes() {
  if (const auto exact = kilobytes_line("/proc/self/smaps_rollup", "Rss")) return exact;
  return kilobytes_line("/proc/self/status", "VmRSS");
}

std::int64_t resident_bytes_of(int pid) {
  return kilobytes_line(fmt::format("/proc/{}/status", pid), "VmRSS").value_or(0);
}

std::int64_t proportional_bytes_of(int pid) {
  return kilobytes_line(fmt::format("/proc/{}/smaps_rollup", pid), "Pss").value_or(0);
}

std::optional<std::int64_t> available_bytes() {
  return kilobytes_line("/proc/meminfo", "MemAvailable");
}

std::optional<std::int64_t> peak_resident_bytes() {
  return kilobytes_line("/proc/self/status", "VmHWM");
}

bool reset_peak() {
  std::ofstream file("/proc/self/clear_refs");
  file << "5" << std::flush;
  return file.good();
}

void release_free_memory() { malloc_trim(0); }

void disable_huge_pages() { prctl(PR_SET_THP_DISABLE, 1, 0, 0, 0); }

}  // namespace gapmeter
