// The processors that this process may use, and the one that measures.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

namespace gapmeter {

// Ascending; empty if the system does not say.
std::vector<int> allowed_cpus();

// Lets this thread, and what it starts from now on, run on these alone. Throws std::system_error.
void run_on(const std::vector<int>& cpus);

// How many processors this process may use: by its affinity and by the quotas of its control
// groups, of which one and a half are one. At least 1. std::thread::hardware_concurrency counts
// those of the machine.
std::size_t processors();

// The wanted processor or, by default, a fastest one of those that this process may use
// (fastest_of). -1 if the system does not say, or lets no process be pinned. Throws
// std::invalid_argument for a processor that this process may not use, or if no process may be
// pinned here.
int choose_cpu(const std::optional<int>& wanted);

}  // namespace gapmeter
