// How steady a run was, in words: what a table of latencies can't say.
#pragma once

#include <string>
#include <vector>

#include "harness/cli/text/look.h"
#include "harness/model/rows.h"

namespace gapmeter {

// A line for the share of slices that nothing disturbed, and one for each kind of cell whose
// latency needs a word: those measured in both states of the machine, of several speeds, not yet
// steady. Empty without probes.
std::string format_steadiness(const std::vector<SummaryRow>& rows, const Look& look);

}  // namespace gapmeter
