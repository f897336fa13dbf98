// What `compare` and `ab` leave in the directory of --out: the comparison as a table for programs,
// as the JSON that scripts read, and as a chart.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "harness/results/comparison.h"

namespace gapmeter {

// changes.csv: a line for each cell that was compared. base and new are nanoseconds or gaps, as
// quantity says.
std::vector<std::string> change_columns();
std::vector<std::string> to_change_fields(const ComparisonResult& result, const ComparedCell& cell);

// Writes changes.csv and changes.json, then draws changes.svg. Throws ResultDirError where they
// can't be written; a chart that can't be drawn is only warned of, since the verdict stands.
void write_comparison(const std::filesystem::path& dir, const ComparisonResult& result);

}  // namespace gapmeter
