// What `compare` and `ab` leave in the directory of --out: the comparison as a table for programs,
// as the JSON that scripts read, and as a chart.
#pragma once

#include <filesystem>

#include "harness/analysis/comparison.h"

namespace gapmeter {

// Writes changes.csv and changes.json, then draws changes.svg. Throws FileError where they
// can't be written; a chart that can't be drawn is only warned of, since the verdict stands.
void write_comparison(const std::filesystem::path& dir, const Comparison& result);

}  // namespace gapmeter
