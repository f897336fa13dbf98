// gapmeter summarize: rounds.csv -> summary.csv.
#include <fmt/format.h>

#include "harness/cli/commands.h"
#include "harness/cli/table.h"
#include "harness/results/result_dir.h"
#include "harness/results/summary.h"

namespace gapmeter {

int run_summarize(const SummarizeOptions& options) {
  const std::vector<SummaryRow> summary = summarize(read_rounds(options.dir));
  write_summary(options.dir, summary, read_context(options.dir));
  fmt::print("{}", format_table(summary));
  return 0;
}

}  // namespace gapmeter
