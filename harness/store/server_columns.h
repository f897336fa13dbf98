// servers.csv: what servers cost.
#pragma once

#include "harness/analysis/server_costs.h"
#include "harness/store/columns.h"

namespace gapmeter {

const Fields& server_columns();
Fields to_fields(const ServerCost& row);
std::vector<ColumnMeaning> server_meanings();

}  // namespace gapmeter
