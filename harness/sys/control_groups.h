// What the control groups of this process (a container's, for instance) leave it: memory and
// processor time. Both versions: docs.kernel.org/admin-guide/cgroup-v2.html, cgroup-v1/.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>

namespace gapmeter {

// Where a process's groups are named, and where control groups are mounted.
struct ControlGroupFiles {
  std::filesystem::path membership = "/proc/self/cgroup";
  std::filesystem::path mount = "/sys/fs/cgroup";
};

// How much memory they leave, below their limits; nullopt if none has a limit.
std::optional<std::int64_t> room_in_control_groups(const ControlGroupFiles& files = {});

// How many processors' time they allow, 0.5 for instance; nullopt if none has a quota.
std::optional<double> processor_quota(const ControlGroupFiles& files = {});

// How often a group had used up its quota, and how long its processes then had to wait. Of all
// processes in the groups.
struct Throttling {
  std::int64_t periods = 0;
  double seconds = 0;
};
// Since the groups exist; nullopt if none has a quota.
std::optional<Throttling> throttling_so_far(const ControlGroupFiles& files = {});
Throttling operator-(const Throttling& after, const Throttling& before);

}  // namespace gapmeter
