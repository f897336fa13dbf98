// gapmeter claims: decides the claims from the rows of a run.
#include <fmt/format.h>

#include "harness/analysis/summary.h"
#include "harness/claims/claim.h"
#include "harness/cli/command.h"
#include "harness/cli/options.h"
#include "harness/cli/text/claims_text.h"
#include "harness/store/result_dir.h"
#include "harness/store/run_json.h"

namespace gapmeter {
namespace {

int tell_claims(const ClaimsOptions& options, const Invocation& /*invocation*/) {
  const std::vector<SummaryRow> summary = summarize(read_rounds(options.dir));
  const RunContext context = read_context(options.dir);
  if (!context.serves_claims && options.format == OutputFormat::text) {
    fmt::print("The kernels of this run serve no claim.\n");
    return 0;
  }
  fmt::print("{}", format_claims(decide_claims(summary, context), options.format));
  return 0;
}

void declare(OptionSet& set, ClaimsOptions& options) {
  set.positional("DIR", options.dir, "Directory of a run");
  set.format(options.format);
}

}  // namespace

Command claims_command() {
  return CommandOf<ClaimsOptions>{
      .name = "claims",
      .summary = "Which claims on native code and Python a run bears out",
      .reads_rows = true,
      .declare = declare,
      .run = tell_claims};
}

}  // namespace gapmeter
