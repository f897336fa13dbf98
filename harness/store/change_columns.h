// changes.csv: a line for each cell that `compare` or `ab` compared.
#pragma once

#include "harness/analysis/comparison.h"
#include "harness/store/columns.h"

namespace gapmeter {

// base and new are nanoseconds or gaps, as the column `quantity` says.
const Fields& change_columns();
Fields to_change_fields(const Comparison& comparison, const ComparedCell& cell);

}  // namespace gapmeter
