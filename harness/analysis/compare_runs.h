// Two runs of the same kernels, made one after the other or on different machines: what changed.
#pragma once

#include <vector>

#include "harness/analysis/comparison.h"
#include "harness/model/rows.h"

namespace gapmeter {

enum class ComparedBy { latency, gap };

// Compares the cells that both runs have, by the rank-sum interval of their rounds' logarithms.
// Runs that were not interleaved also differ by what the machine did meanwhile, cell by cell: with
// enough cells, each interval is widened by the spread that the cells' ratios show around their
// median. Throws std::invalid_argument when the runs have no cell in common that could be compared.
Comparison compare_runs(const std::vector<RoundRow>& base, const std::vector<RoundRow>& compared,
                           ComparedBy quantity, const VerdictRule& rule);

}  // namespace gapmeter
