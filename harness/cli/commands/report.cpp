// gapmeter report: decides the claims and where a rewrite pays, then hands everything to
// scripts/gapmeter_report.
#include "harness/analysis/summary.h"
#include "harness/claims/claim.h"
#include "harness/cli/command.h"
#include "harness/cli/options.h"
#include "harness/cli/text/answer_text.h"
#include "harness/cli/text/claims_text.h"
#include "harness/session/describe_run.h"
#include "harness/session/script.h"
#include "harness/store/result_dir.h"
#include "harness/store/run_json.h"
#include "harness/sys/files.h"

namespace gapmeter {
namespace {

// Adds what this build knows about the kernels and the build that made the run did not.
void describe_again(const std::filesystem::path& dir) {
  const RunFacts before = read_run_facts(dir);
  RunFacts after = before;
  if (add_ladders(after, registered_kernels())) change_run_facts(dir, before, after);
}

int write_report(const ReportOptions& options, const Invocation& /*invocation*/) {
  const std::filesystem::path dir = options.dir;
  const RunContext context = read_context(dir);
  const std::vector<SummaryRow> summary = summarize(read_rounds(dir), context.against);
  // What the page shows is computed now, because files of an older build may lack columns.
  write_summary(dir, summary, context);
  describe_again(dir);
  const std::filesystem::path claims = dir / "claims.json";
  write_file(claims, format_claims(decide_claims(summary, context), OutputFormat::json));
  const std::filesystem::path answers = dir / "answers.json";
  write_file(answers, answers_json(answers_of(summary, context)));
  std::vector<std::string> arguments{options.dir, "--claims", claims.string(), "--answers",
                                     answers.string()};
  if (!options.out.empty()) arguments.insert(arguments.end(), {"--out", options.out});
  if (options.charts) arguments.emplace_back("--charts");
  become_script("report", arguments);
}

void declare(OptionSet& set, ReportOptions& options) {
  set.positional("DIR", options.dir, "Directory of a run");
  set.text("--out", options.out, "FILE", "The page (default DIR/report.html)");
  set.flag("--charts", options.charts,
           "Write the charts to DIR/charts, too; sooner done than with plot");
}

}  // namespace

Command report_command() {
  return CommandOf<ReportOptions>{
      .name = "report",
      .summary = "Write a page on a run, and the same in short as Markdown",
      .reads_rows = true,
      .declare = declare,
      .run = write_report};
}

}  // namespace gapmeter
