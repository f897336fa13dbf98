#include "harness/sys/control_groups.h"

#include <algorithm>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

namespace gapmeter {
namespace {

namespace fs = std::filesystem;

struct Group {
  fs::path dir;
  bool is_second_version;
};

bool names(std::string_view controllers, std::string_view wanted) {
  while (!controllers.empty()) {
    const std::string_view first = controllers.substr(0, controllers.find(','));
    if (first == wanted) return true;
    controllers.remove_prefix(std::min(first.size() + 1, controllers.size()));
  }
  return false;
}

// The groups that a controller may have put the process in, from the innermost outwards: what one
// limits is also limited in those inside it.
std::vector<Group> groups_of(std::string_view controller, const ControlGroupFiles& files) {
  std::vector<Group> groups;
  std::ifstream file(files.membership);
  for (std::string line; std::getline(file, line);) {
    // "0::/path" is version 2, "7:memory:/path" version 1.
    const std::size_t first = line.find(':'), second = line.find(':', first + 1);
    if (first == std::string::npos || second == std::string::npos) continue;
    const std::string controllers = line.substr(first + 1, second - first - 1);
    const bool is_second_version = controllers.empty();
    if (!is_second_version && !names(controllers, controller)) continue;
    const fs::path root = is_second_version ? files.mount : files.mount / controller;
    for (fs::path group = fs::path(line.substr(second + 1)).relative_path();;
         group = group.parent_path()) {
      groups.push_back({root / group, is_second_version});
      if (group.empty()) break;
    }
  }
  return groups;
}

// The number at the start of a file; nullopt for "max", which means no limit.
std::optional<std::int64_t> number_in(const fs::path& path) {
  std::ifstream file(path);
  std::int64_t number = 0;
  return file >> number ? std::optional(number) : std::nullopt;
}

// Of a file with lines like "nr_throttled 12".
std::optional<std::int64_t> entry_in(const fs::path& path, std::string_view wanted) {
  std::ifstream file(path);
  std::string name;
  for (std::int64_t value = 0; file >> name >> value;) {
    if (name == wanted) return value;
  }
  return std::nullopt;
}

std::optional<std::int64_t> room_in(const Group& group) {
  const bool second = group.is_second_version;
  const auto limit = number_in(group.dir / (second ? "memory.max" : "memory.limit_in_bytes"));
  const auto usage = number_in(group.dir / (second ? "memory.current" : "memory.usage_in_bytes"));
  if (!limit || !usage) return std::nullopt;
  // The system gives up its file cache before memory runs out.
  const std::int64_t cache = entry_in(group.dir / "memory.stat", "inactive_file").value_or(0);
  return std::max(std::int64_t{0}, *limit - *usage + cache);
}

// "50000 100000" is half a processor; "max 100000", or a quota of -1 in version 1, no limit.
std::optional<double> quota_of(const Group& group) {
  std::optional<std::int64_t> quota, period;
  if (group.is_second_version) {
    std::ifstream file(group.dir / "cpu.max");
    std::int64_t first = 0, second = 0;
    if (file >> first >> second) quota = first, period = second;
  } else {
    quota = number_in(group.dir / "cpu.cfs_quota_us");
    period = number_in(group.dir / "cpu.cfs_period_us");
  }
  if (!quota || !period || *quota <= 0 || *period <= 0) return std::nullopt;
  return static_cast<double>(*quota) / static_cast<double>(*period);
}

template <class T, class Read>
std::optional<T> least_of(const std::vector<Group>& groups, const Read& read) {
  std::optional<T> least;
  for (const Group& group : groups) {
    const std::optional<T> value = read(group);
    if (value && (!least || *value < *least)) least = value;
  }
  return least;
}

}  // namespace

std::optional<std::int64_t> room_in_control_groups(const ControlGroupFiles& files) {
  return least_of<std::int64_t>(groups_of("memory", files), room_in);
}

std::optional<double> processor_quota(const ControlGroupFiles& files) {
  return least_of<double>(groups_of("cpu", files), quota_of);
}

std::optional<Throttling> throttling_so_far(const ControlGroupFiles& files) {
  std::optional<Throttling> all;
  for (const Group& group : groups_of("cpu", files)) {
    if (!quota_of(group)) continue;
    if (!all) all.emplace();
    const fs::path stat = group.dir / "cpu.stat";
    all->periods += entry_in(stat, "nr_throttled").value_or(0);
    const double waited = static_cast<double>(
        entry_in(stat, group.is_second_version ? "throttled_usec" : "throttled_time").value_or(0));
    all->seconds += waited * (group.is_second_version ? 1e-6 : 1e-9);
  }
  return all;
}

Throttling operator-(const Throttling& after, const Throttling& before) {
  return {.periods = after.periods - before.periods, .seconds = after.seconds - before.seconds};
}

}  // namespace gapmeter
