// gapmeter compare: the runs in two directories.
#include <fmt/format.h>

#include <set>

#include "harness/analysis/compare_runs.h"
#include "harness/cli/arguments.h"
#include "harness/cli/command.h"
#include "harness/cli/options.h"
#include "harness/cli/comparison_files.h"
#include "harness/cli/text/comparison_text.h"
#include "harness/store/result_dir.h"
#include "harness/store/run_json.h"
#include "harness/sys/files.h"
#include "harness/sys/streams.h"

namespace gapmeter {
namespace {

// Those that only the old run has are in the comparison.
void warn_of_new_cells(const std::vector<RoundRow>& base, const std::vector<RoundRow>& compared) {
  std::set<CellKey> cells;
  for (const RoundRow& row : compared) cells.insert(row.cell);
  for (const RoundRow& row : base) cells.erase(row.cell);
  if (cells.empty()) return;
  print_warnings({fmt::format("cells only in the new run: {}", cells.size())});
}

// Latencies of older runs are another quantity, so that every comparison with one would find
// changes.
void refuse_other_quantities(const CompareOptions& options, const RunFacts& base,
                             const RunFacts& compared) {
  const auto has_slices = [](const RunFacts& run) {
    return run.schema_version >= schema_of_slices;
  };
  if (has_slices(base) == has_slices(compared)) return;
  throw FileError(fmt::format(
      "{} has schema version {} and {} has {}: before version {} a latency was a percentile of "
      "batches, and the two can't be compared; measure the older one again",
      options.base, base.schema_version, options.compared, compared.schema_version,
      schema_of_slices));
}

ComparedBy choose_quantity(const CompareOptions& options, bool differ) {
  if (options.by == "latency") return ComparedBy::latency;
  return options.by == "gap" || differ ? ComparedBy::gap : ComparedBy::latency;
}

// What one command became, in words; empty if it is the same.
std::string change_of(const CommandFacts& before, const CommandFacts& after) {
  if (before.text != after.text) {
    return fmt::format("was '{}', then '{}'", before.text, after.text);
  }
  if (before.executable != after.executable) {
    return fmt::format("was run by {}, then by {}", before.executable, after.executable);
  }
  if (before.digest == after.digest) return "";
  return fmt::format("'{}' is the same command, but a file that it names was changed in between",
                     after.text);
}

// Of commands, which are known by their text and by digests of their files.
std::vector<std::string> changes_of_commands(const RunFacts& before, const RunFacts& after) {
  std::vector<std::string> changes;
  for (const auto& [kernel, now] : after.kernels) {
    const auto known = before.kernels.find(kernel);
    if (known == before.kernels.end() || !now.commands || !known->second.commands) continue;
    const KernelFacts& then = known->second;
    for (const auto& [variant, command] : *now.commands) {
      const auto old = then.commands->find(variant);
      if (old == then.commands->end()) continue;
      const std::string change = change_of(old->second, command);
      if (!change.empty()) changes.push_back(fmt::format("{} {}", variant, change));
    }
    if (then.input != now.input) {
      changes.push_back(fmt::format("their input was made by '{}', then by '{}'",
                                    then.input.value_or("nothing"), now.input.value_or("nothing")));
    }
  }
  return changes;
}

int compare(const CompareOptions& options, const Invocation& /*invocation*/) {
  if (!options.out.empty()) create_result_dir(options.out);
  const std::vector<RoundRow> base = read_rounds(options.base);
  const std::vector<RoundRow> compared = read_rounds(options.compared);
  const RunFacts before = read_run_facts(options.base), after = read_run_facts(options.compared);
  refuse_other_quantities(options, before, after);
  const std::vector<std::string> differences =
      differences_between(before, after, Alike::to_compare, "then");
  const ComparedBy quantity = choose_quantity(options, !differences.empty());
  print_warnings(differences);
  // Times are still times; but whoever reads them has to know.
  print_warnings(differences_between(before, after, Alike::to_note, "then"));
  print_warnings(changes_of_commands(before, after));
  if (!differences.empty() && quantity == ComparedBy::gap && options.by.empty()) {
    print_warnings({"the runs differ in more than the code, so that gaps are compared, not times"});
  }
  warn_of_new_cells(base, compared);
  try {
    const Comparison comparison = compare_runs(base, compared, quantity, options.rule);
    print_warnings(comparison.warnings);
    if (!options.out.empty()) write_comparison(options.out, comparison);
    fmt::print("{}", format_comparison(comparison, options.format));
    return exit_status(comparison);
  } catch (const std::invalid_argument& error) {
    throw FileError(fmt::format("{} and {}: {}", options.base, options.compared, error.what()));
  }
}

void declare(OptionSet& set, CompareOptions& options) {
  set.positional("OLD", options.base, "Directory of the run to compare with");
  set.positional("NEW", options.compared, "Directory of the run in question");
  set.one_of("--by", options.by, {"latency", "gap"}, "WHAT",
             "latency or gap (default gap where machine, build or Python differ)");
  add_verdict(set, options.rule, options.format);
  set.text("--out", options.out, "DIR", "Directory for changes.csv, changes.json, changes.svg");
}

}  // namespace

Command compare_command() {
  return CommandOf<CompareOptions>{
      .name = "compare",
      .summary = "Compare two runs: exit 1 if anything became slower, 3 if unsure",
      .reads_rows = true,
      .declare = declare,
      .run = compare};
}

}  // namespace gapmeter
