// Which processor workers are pinned to.
#pragma once

#include <optional>
#include <vector>

namespace gapmeter {

// The processors that this process may use, ascending; empty if the system does not say.
std::vector<int> allowed_cpus();

// Lets this thread, and what it starts from now on, run on these alone. Throws std::system_error.
void run_on(const std::vector<int>& cpus);

// The wanted processor or, by default, the last one that this process may use, because the first
// one takes most interrupts. -1 if the system does not say. Throws std::invalid_argument for a
// processor that this process may not use.
int choose_cpu(const std::optional<int>& wanted);

}  // namespace gapmeter
