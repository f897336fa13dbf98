// Which processor workers are pinned to.
#pragma once

#include <optional>

namespace gapmeter {

// The one wanted or, because the first takes most interrupts, the last that this process may use;
// -1 where the system does not tell. Throws std::invalid_argument for one that it may not use.
int choose_cpu(const std::optional<int>& wanted);

}  // namespace gapmeter
