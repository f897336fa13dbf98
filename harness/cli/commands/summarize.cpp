// gapmeter summarize: rounds.csv -> summary.csv.
#include <fmt/format.h>

#include "harness/analysis/summary.h"
#include "harness/cli/command.h"
#include "harness/cli/options.h"
#include "harness/cli/text/answer_text.h"
#include "harness/cli/text/table.h"
#include "harness/store/result_dir.h"
#include "harness/store/run_json.h"

namespace gapmeter {
namespace {

int summarize_again(const SummarizeOptions& options, const Invocation& /*invocation*/) {
  const RunContext context = read_context(options.dir);
  const std::vector<SummaryRow> summary = summarize(read_rounds(options.dir), context.against);
  write_summary(options.dir, summary, context);
  const Look look = look_of_stdout(options.colour);
  fmt::print("{}\n{}", format_table(summary, context, look),
             format_answers(answers_of(summary, context), look));
  return 0;
}

void declare(OptionSet& set, SummarizeOptions& options) {
  set.positional("DIR", options.dir, "Directory of a run");
  set.colour(options.colour);
}

}  // namespace

Command summarize_command() {
  return CommandOf<SummarizeOptions>{.name = "summarize",
                                     .summary = "Compute summary.csv again, from rounds.csv alone",
                                     .reads_rows = true,
                                     .declare = declare,
                                     .run = summarize_again};
}

}  // namespace gapmeter
