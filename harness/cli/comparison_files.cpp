#include "harness/cli/comparison_files.h"

#include <fmt/format.h>

#include "harness/cli/commands.h"
#include "harness/cli/comparison_text.h"
#include "harness/cli/script.h"
#include "harness/results/csv.h"
#include "harness/results/result_dir.h"

namespace gapmeter {
namespace {

void draw(const std::filesystem::path& dir) {
  const std::string problem = run_script(
      "changes", {(dir / "changes.json").string(), "--out", (dir / "changes.svg").string()});
  if (!problem.empty()) print_warnings({"changes.svg was not drawn: " + problem});
}

}  // namespace

std::vector<std::string> change_columns() {
  return cell_columns({"quantity", "base", "new", "ratio", "ratio_ci_low", "ratio_ci_high",
                       "rounds", "verdict", "failed", "reason"});
}

std::vector<std::string> to_change_fields(const ComparisonResult& result,
                                          const ComparedCell& cell) {
  const auto if_known = [&](double value) {
    return cell.ratio ? fmt::format("{}", value) : std::string();
  };
  const bool bounded = cell.ratio && cell.ratio->interval;
  return cell_fields(
      cell.cell, {result.quantity == "gap" ? "gap" : "latency_ns", if_known(cell.base),
                  if_known(cell.compared), cell.ratio ? fmt::format("{}", cell.ratio->value) : "",
                  bounded ? fmt::format("{}", cell.ratio->interval->low) : "",
                  bounded ? fmt::format("{}", cell.ratio->interval->high) : "",
                  fmt::to_string(cell.rounds), cell.ratio ? std::string(name_of(cell.verdict)) : "",
                  cell.failed ? "true" : "false", cell.reason});
}

void write_comparison(const std::filesystem::path& dir, const ComparisonResult& result) {
  std::string table = to_csv_line(change_columns());
  for (const ComparedCell& cell : result.cells) {
    table += to_csv_line(to_change_fields(result, cell));
  }
  write_file(dir / "changes.csv", table);
  write_file(dir / "changes.json", format_comparison(result, ReportFormat::json));
  draw(dir);
}

}  // namespace gapmeter
