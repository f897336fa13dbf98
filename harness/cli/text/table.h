// The result table at the end of a run.
#pragma once

#include <string>
#include <vector>

#include "harness/model/rows.h"

namespace gapmeter {

// For each kernel and job, by n: the fastest verified native variant, then each Python variant with
// its gap.
// Failed cells show their status in place of a time.
std::string format_table(const std::vector<SummaryRow>& rows);

// Lines of fields with their columns right-aligned.
std::string align_columns(const std::vector<std::vector<std::string>>& lines);

}  // namespace gapmeter
