// Load in a closed loop: each connection asks again as soon as it has its answer. That is how many
// requests a second a server answers at most.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "harness/load/connections.h"

namespace gapmeter {

struct ClosedLoopResult {
  double answers_per_s = 0;
  std::int64_t errors = 0;
  std::string first_error{};
};

// Asks over so many connections, first for warm_up_s, then for timed_s, in which answers are
// counted. `keep_on` is asked every tenth of a second. Throws std::system_error.
ClosedLoopResult run_closed_loop(const Target& target, int connections, double warm_up_s,
                                 double timed_s, const std::function<bool()>& keep_on);

}  // namespace gapmeter
