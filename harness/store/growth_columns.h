// growth.csv: how each variant's figures grow with n.
#pragma once

#include "harness/analysis/growth.h"
#include "harness/store/columns.h"

namespace gapmeter {

const Fields& growth_columns();
Fields to_fields(const GrowthRow& row);
std::vector<ColumnMeaning> growth_meanings();

}  // namespace gapmeter
