// gapmeter compare: the runs in two directories.
#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <set>

#include "harness/cli/commands.h"
#include "harness/cli/comparison_files.h"
#include "harness/cli/comparison_text.h"
#include "harness/results/compare_runs.h"
#include "harness/results/result_dir.h"

namespace gapmeter {
namespace {

// How many cells only the first of two runs has.
std::size_t missing_cells(const std::vector<RoundRow>& rows, const std::vector<RoundRow>& others) {
  std::set<CellKey> cells;
  for (const RoundRow& row : rows) cells.insert(row.cell);
  for (const RoundRow& row : others) cells.erase(row.cell);
  return cells.size();
}

void warn_of_missing_cells(const std::vector<RoundRow>& base,
                           const std::vector<RoundRow>& compared) {
  const std::size_t only_old = missing_cells(base, compared);
  const std::size_t only_new = missing_cells(compared, base);
  if (only_old + only_new == 0) return;
  print_warnings(
      {fmt::format("cells only in the old run: {}, only in the new one: {}", only_old, only_new)});
}

Quantity choose_quantity(const CompareOptions& options, bool differ) {
  if (options.by == "latency") return Quantity::latency;
  return options.by == "gap" || differ ? Quantity::gap : Quantity::latency;
}

}  // namespace

int run_compare(const CompareOptions& options) {
  if (!options.out.empty()) create_result_dir(options.out);
  const std::vector<RoundRow> base = read_rounds(options.base);
  const std::vector<RoundRow> compared = read_rounds(options.compared);
  const std::vector<std::string> differences =
      differences_of(read_facts(options.base), read_facts(options.compared));
  const Quantity quantity = choose_quantity(options, !differences.empty());
  print_warnings(differences);
  if (!differences.empty() && quantity == Quantity::gap && options.by.empty()) {
    print_warnings({"the runs differ in more than the code, so that gaps are compared, not times"});
  }
  warn_of_missing_cells(base, compared);
  try {
    const RunComparison comparison = compare_runs(base, compared, quantity, options.rule);
    print_warnings(comparison.warnings);
    if (!options.out.empty()) write_comparison(options.out, comparison.result);
    fmt::print("{}", format_comparison(comparison.result, options.format));
    return exit_status(comparison.result);
  } catch (const std::invalid_argument& error) {
    throw ResultDirError(
        fmt::format("{} and {}: {}", options.base, options.compared, error.what()));
  }
}

}  // namespace gapmeter
