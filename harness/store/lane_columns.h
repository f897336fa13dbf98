// lanes.csv: compiled languages against each other.
#pragma once

#include "harness/analysis/lane_ratios.h"
#include "harness/store/columns.h"

namespace gapmeter {

const Fields& lane_columns();
Fields to_fields(const LaneRatio& row);
std::vector<ColumnMeaning> lane_meanings();

}  // namespace gapmeter
