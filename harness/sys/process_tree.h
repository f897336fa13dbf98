// A process and those that it started, as /proc tells of them.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <set>

namespace gapmeter {

// The process and what it and those in the tree have started, as far as that is alive.
std::set<pid_t> process_tree(pid_t root);

// What the processes have resident together: pages that several share count once.
std::int64_t bytes_together(const std::set<pid_t>& processes);

}  // namespace gapmeter
