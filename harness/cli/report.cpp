// gapmeter report: decides the claims, then hands everything to scripts/gapmeter_report.
#include "harness/claims/evidence.h"
#include "harness/cli/claims_text.h"
#include "harness/cli/commands.h"
#include "harness/cli/run_facts.h"
#include "harness/cli/script.h"
#include "harness/results/result_dir.h"
#include "harness/results/summary.h"

namespace gapmeter {
namespace {

// What this build knows of the kernels and the one that made the run did not.
void describe_again(const std::filesystem::path& dir) {
  nlohmann::json facts = read_facts(dir);
  if (!add_ladders(facts, registered_kernels())) return;
  write_file(dir / "run.json", facts.dump(2) + "\n");
}

}  // namespace

int run_report(const ReportOptions& options) {
  const std::filesystem::path dir = options.dir;
  const RunContext context = read_context(dir);
  const std::vector<SummaryRow> summary = summarize(read_rounds(dir));
  // What the page shows is computed here and now: files of an older build may lack columns.
  write_summary(dir, summary, context);
  describe_again(dir);
  const std::filesystem::path claims = dir / "claims.json";
  write_file(claims, format_claims(decide_claims(Evidence(summary, context)), ReportFormat::json));
  std::vector<std::string> arguments{options.dir, "--claims", claims.string()};
  if (!options.out.empty()) arguments.insert(arguments.end(), {"--out", options.out});
  if (options.charts) arguments.emplace_back("--charts");
  become_script("report", arguments);
}

}  // namespace gapmeter
