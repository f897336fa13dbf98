// Two runs of the same kernels, made one after the other or on different machines: what changed.
#pragma once

#include <vector>

#include "harness/analysis/comparison.h"
#include "harness/model/rows.h"

namespace gapmeter {

enum class ComparedBy { latency, gap };

// Compares the cells that both runs have, and names those that the new one has lost. By the
// rank-sum interval of their rounds' logarithms. Runs that were not interleaved also differ by what
// the machine did in the meantime, cell by cell. With enough cells, each interval is therefore
// widened by the spread of the cells' ratios around their median. Throws std::invalid_argument if
// the runs have no cell in common.
Comparison compare_runs(const std::vector<RoundRow>& base, const std::vector<RoundRow>& compared,
                        ComparedBy quantity, const VerdictRule& rule);

}  // namespace gapmeter
