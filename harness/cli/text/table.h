// The result table at the end of a run.
#pragma once

#include <string>
#include <vector>

#include "harness/cli/text/look.h"
#include "harness/model/rows.h"
#include "harness/model/run_facts.h"

namespace gapmeter {

// For each kernel and job, by n: the fastest verified native variant, then each Python variant with
// its gap and how well it is known, the baseline first. Failed cells show their status in place of
// a time; variants that were skipped at every size are told below. What is too wide is folded:
// columns that don't fit stand below the others or, where not even one does, each variant has
// lines of its own.
std::string format_table(const std::vector<SummaryRow>& rows, const RunContext& context,
                         const Look& look);

}  // namespace gapmeter
