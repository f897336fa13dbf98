// gapmeter run: options -> plan -> scheduler -> rounds.csv -> summary.csv and a table.
#include <fmt/format.h>

#include <algorithm>
#include <variant>

#include "harness/cli/commands.h"
#include "harness/cli/measured_run.h"
#include "harness/cli/table.h"

namespace gapmeter {
namespace {

void print_penalty(const MeasuredRun& run) {
  const std::vector<EmbeddingCell>& cells = run.penalty;
  if (cells.empty()) return;
  std::string parts;
  for (const EmbeddingCell& cell : cells) {
    const std::string what =
        cell.ratio ? fmt::format("{:.2f}", cell.ratio->value) : "failed, " + cell.failure;
    parts += fmt::format("{}{} {}", parts.empty() ? "" : ", ", cell.cell.kernel, what);
  }
  const std::optional<double> mean = mean_penalty(cells);
  fmt::print("Python ran embedded, {} times as long as in {} ({})\n",
             mean ? fmt::format("{:.2f}", *mean) : "an unknown number of", run.stock_python, parts);
}

void print_imprecise(const std::vector<SummaryRow>& summary, const std::optional<double>& wanted) {
  if (!wanted) return;
  const auto imprecise = std::count_if(summary.begin(), summary.end(), [](const SummaryRow& row) {
    return row.status == Status::ok && row.stop_reason != "precision";
  });
  if (imprecise == 0) return;
  fmt::print("{} of them did not reach ±{:g} %: their stop_reason in summary.csv says why\n",
             imprecise, *wanted * 100);
}

int tell(const MeasuredRun& run, const RunOptions& options) {
  fmt::print("{}", format_table(run.summary));
  const auto failures = std::count_if(run.summary.begin(), run.summary.end(), failed);
  fmt::print("\n{} {}, {} failed; results in {}\n", run.summary.size(),
             run.summary.size() == 1 ? "cell" : "cells", failures, run.dir.string());
  print_imprecise(run.summary, options.precision);
  print_penalty(run);
  if (run.end == RunEnd::interrupted) {
    fmt::print("{}\n", how_to_go_on(run.dir));
    return 130;
  }
  return failures == 0 ? 0 : 1;
}

}  // namespace

int run_run(const RunOptions& options, const Invocation& invocation) {
  if (options.resume.empty()) return tell(measure_run(options, invocation), options);
  const Options begun = begun_by(options.resume);
  if (const auto* reproduce = std::get_if<ReproduceOptions>(&begun)) {
    return resume_reproduce(options.resume, *reproduce, invocation);
  }
  const auto& as_begun = std::get<RunOptions>(begun);
  return tell(resume_run(options.resume, as_begun, invocation), as_begun);
}

}  // namespace gapmeter
