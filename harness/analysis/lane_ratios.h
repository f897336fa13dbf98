// Two compiled languages against each other: what a variant of one takes over one of another.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "harness/base/statistics.h"
#include "harness/model/rows.h"

namespace gapmeter {

// Which variants stand against each other: those of one name; or, of a job in which no name is in
// both lanes, the fastest of each.
enum class Pairing : std::uint8_t { name, fastest };
std::string_view name_of(Pairing pairing);

struct LaneRatio {
  CellKey cell;           // of the numerator
  VariantId reference{};  // the denominator
  std::string job{};
  Pairing pairing = Pairing::name;
  Estimate ratio{};  // of the latencies
};

// Every compiled lane over the first one that a job has, at every size that both were measured and
// verified at; kernel by kernel in the rows' order.
std::vector<LaneRatio> lane_ratios_of(const std::vector<SummaryRow>& rows);

}  // namespace gapmeter
