// gapmeter claims: decides the claims from the rows of a run.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "harness/claims/evidence.h"
#include "harness/cli/claims_text.h"
#include "harness/cli/commands.h"
#include "harness/results/result_dir.h"
#include "harness/results/summary.h"

namespace gapmeter {

int run_claims(const ClaimsOptions& options) {
  const std::vector<SummaryRow> summary = summarize(read_rounds(options.dir));
  const Evidence evidence(summary, read_context(options.dir));
  fmt::print("{}", format_claims(decide_claims(evidence), options.format));
  return 0;
}

}  // namespace gapmeter
