// Which processor workers are pinned to.
#pragma once

#include <optional>

namespace gapmeter {

// The wanted processor or, by default, the last one that this process may use, because the first
// one takes most interrupts. -1 if the system does not say. Throws std::invalid_argument for a
// processor that this process may not use.
int choose_cpu(const std::optional<int>& wanted);

}  // namespace gapmeter
