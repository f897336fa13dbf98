// gapmeter run: options -> plan -> scheduler -> rounds.csv -> summary.csv and a table.
#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <string_view>

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

// As a shell takes it for one word.
std::string shell_word(const std::string& text) {
  const auto is_plain = [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 ||
           std::string_view("/._-+=:@,").find(c) != std::string_view::npos;
  };
  if (!text.empty() && std::all_of(text.begin(), text.end(), is_plain)) return text;
  std::string quoted = "'";
  for (const char c : text) quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return quoted + "'";
}

}  // namespace

int run_run(const RunOptions& options, const Invocation& invocation) {
  const MeasuredRun run = options.resume.empty() ? measure_run(options, invocation)
                                                 : resume_run(options.resume, invocation);
  fmt::print("{}", format_table(run.summary));
  const auto failures = std::count_if(run.summary.begin(), run.summary.end(), failed);
  fmt::print("\n{} {}, {} failed; results in {}\n", run.summary.size(),
             run.summary.size() == 1 ? "cell" : "cells", failures, run.dir.string());
  print_imprecise(run.summary, options.precision);
  print_penalty(run);
  if (run.end == RunEnd::interrupted) {
    fmt::print("to go on: gapmeter run --resume {}\n", shell_word(run.dir.string()));
    return 130;
  }
  return failures == 0 ? 0 : 1;
}

}  // namespace gapmeter
