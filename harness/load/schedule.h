// When the requests of an open loop leave: decided beforehand, whatever comes back.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "harness/model/server_spec.h"

namespace gapmeter {

// `count` moments within [0, length_ns), ascending. `constant`: at equal distances, beginning at 0.
// `poisson`: those of a Poisson process that had so many events in that time, which are as so many
// independent uniform numbers; so exactly the wanted rate is offered. The same for a seed on every
// machine.
std::vector<std::int64_t> schedule_of(Schedule schedule, std::size_t count, std::int64_t length_ns,
                                      std::uint64_t seed);

}  // namespace gapmeter
