// How much of a command's time is its start, which no n changes: not to be mistaken for the
// language.
#pragma once

#include <optional>
#include <vector>

#include "harness/base/statistics.h"
#include "harness/model/rows.h"

namespace gapmeter {

// Told only where the data show it: of at least so many sizes, where the latency of the second
// smallest is no more than this times that of the smallest, and where the interval is no wider.
inline constexpr std::size_t fewest_sizes_of_startup = 4;
inline constexpr double flat_at_most = 1.1;
inline constexpr double most_uncertain_startup = 0.25;  // half-width over middle
inline constexpr double most_uncertain_rest = 0.5;      // of a gap without it

// A latency and its interval, at a size.
struct SizedLatency {
  std::size_t n = 0;
  Estimate latency_ns{};
};

// What the latencies of one command begin with: that of the smallest size, less what the work at
// that size adds, taken to be in proportion to n between the two smallest sizes. Where these are
// nearly equal that is little, whatever the growth. Expects ascending sizes.
std::optional<Estimate> startup_of(const std::vector<SizedLatency>& latencies);

// The gap between what remains of two latencies without their start-ups. Its interval takes the
// ends of all four for as far apart as they could be.
std::optional<Estimate> gap_without_startup(const Estimate& python_ns, const Estimate& python_start,
                                            const Estimate& native_ns,
                                            const Estimate& native_start);

// Adds both to the rows of commands.
void take_startups(std::vector<SummaryRow>& rows);

}  // namespace gapmeter
