// Rows of results as the scheduler would record them, with nothing wrong.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "harness/model/rows.h"

namespace gapmeter::test {

// lane/name; the text must be a variant.
VariantId variant(std::string_view text);

// Rows of one cell of the kernel `sum`, as the scheduler would record them.
inline constexpr const char* some_digest = "00000000000000aa";
CellKey cell(std::string_view variant, std::size_t n = 16);
RoundRow verified_row(const CellKey& cell, double max_error = 0);
RoundRow memory_row(const CellKey& cell, const MemoryUse& memory);
RoundRow time_row(const CellKey& cell, int round, double latency_ns);
// Of these slices, one batch each; at least one.
RoundRow row_of_slices(const CellKey& cell, int round, Slices slices);
RoundRow failed_row(const CellKey& cell, Status status, std::string reason,
                    Pass pass = Pass::verify);

// A timing of ten undisturbed slices whose every quantile is latency_ns.
Timing timing_of(double latency_ns, std::int64_t calls_per_batch = 100);

}  // namespace gapmeter::test
