#include "harness/sys/memory.h"

#include <fmt/format.h>
#include <malloc.h>
#include <sys/prctl.h>

#include <algorithm>
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

namespace {

namespace fs = std::filesystem;

// The number at the start of a file; nullopt for "max", which means no limit.
std::optional<std::int64_t> number_in(const fs::path& path) {
  std::ifstream file(path);
  std::int64_t number = 0;
  return file >> number ? std::optional(number) : std::nullopt;
}

// The system gives up its file cache before memory runs out.
std::int64_t reclaimable_bytes(const fs::path& group) {
  std::ifstream file(group / "memory.stat");
  std::string name;
  for (std::int64_t bytes = 0; file >> name >> bytes;) {
    if (name == "inactive_file") return bytes;
  }
  return 0;
}

// The names of the files, which differ between the versions.
struct GroupFiles {
  const char* limit;
  const char* usage;
};

std::optional<std::int64_t> room_in_group(const fs::path& group, const GroupFiles& files) {
  const auto limit = number_in(group / files.limit), usage = number_in(group / files.usage);
  if (!limit || !usage) return std::nullopt;
  return std::max(std::int64_t{0}, *limit - *usage + reclaimable_bytes(group));
}

std::optional<std::int64_t> least(std::optional<std::int64_t> a, std::optional<std::int64_t> b) {
  return a && b ? std::min(a, b) : (a ? a : b);
}

}  // namespace

std::optional<std::int64_t> room_in_control_groups(const fs::path& membership,
                                                   const fs::path& mount) {
  std::optional<std::int64_t> room;
  std::ifstream file(membership);
  for (std::string line; std::getline(file, line);) {
    // "0::/path" is version 2, "7:memory:/path" version 1.
    const std::size_t first = line.find(':'), second = line.find(':', first + 1);
    if (first == std::string::npos || second == std::string::npos) continue;
    const std::string controllers = line.substr(first + 1, second - first - 1);
    if (!controllers.empty() && controllers != "memory") continue;
    const bool second_version = controllers.empty();
    const fs::path root = second_version ? mount : mount / "memory";
    const GroupFiles files = second_version
                                 ? GroupFiles{"memory.max", "memory.current"}
                                 : GroupFiles{"memory.limit_in_bytes", "memory.usage_in_bytes"};
    // The limit of a group also applies to the groups inside it.
    for (fs::path group = fs::path(line.substr(second + 1)).relative_path();;
         group = group.parent_path()) {
      room = least(room, room_in_group(root / group, files));
      if (group.empty()) break;
    }
  }
  return room;
}

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
  return least(kilobytes_line("/proc/meminfo", "MemAvailable"),
               room_in_control_groups("/proc/self/cgroup", "/sys/fs/cgroup"));
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
  if (wanted) return wanted;
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  return std::nullopt;  // their shadow memory is larger than any machine's
#else
  const std::optional<std::int64_t> available = available_bytes();
  return available ? std::optional(*available / 5 * 4) : std::nullopt;
#endif
}

}  // namespace gapmeter
