// What `compare` and `ab` write to the directory of --out: the comparison as a table for programs,
// as the JSON that scripts read, and as a chart.
#pragma once

#include <filesystem>

#include "harness/analysis/comparison.h"

namespace gapmeter {

// Writes changes.csv and changes.json, then draws changes.svg. Throws FileError if they can't be
// written. If the chart can't be drawn it only warns, because the verdict does not depend on it.
void write_comparison(const std::filesystem::path& dir, const Comparison& result);

}  // namespace gapmeter
