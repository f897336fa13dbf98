// gapmeter reproduce: measures the cells of an earlier run again and compares what they show.
#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <set>

#include "harness/cli/arguments.h"
#include "harness/cli/command.h"
#include "harness/cli/options.h"
#include "harness/session/measured_run.h"
#include "harness/sys/files.h"
#include "harness/sys/streams.h"
#include "harness/cli/text/reproduction_text.h"
#include "harness/claims/reproduction.h"
#include "harness/store/result_dir.h"
#include "harness/store/run_json.h"
#include "harness/analysis/summary.h"
#include "harness/measure/catalog.h"

namespace gapmeter {
namespace {

std::set<CellKey> cells_of(const std::vector<RoundRow>& rows) {
  std::set<CellKey> cells;
  for (const RoundRow& row : rows) cells.insert(row.cell);
  return cells;
}

// Removes what the reference does not have: an additional native variant could be the fastest one.
void keep_common(const std::set<CellKey>& cells, std::vector<CellGroup>& groups) {
  for (CellGroup& group : groups) {
    std::erase_if(group.variants, [&](const PlannedVariant& planned) {
      return !cells.contains(cell_of(group, planned));
    });
  }
  std::erase_if(groups, [](const CellGroup& group) { return group.variants.empty(); });
}

// The reference's own kernels, sizes and threads, unless the command line names other sizes and
// threads, or asks for few.
void take_selection(const std::set<CellKey>& cells, Selection& selection) {
  std::set<std::size_t> sizes;
  std::set<int> threads;
  selection.among.emplace();
  for (const CellKey& cell : cells) {
    selection.among->insert(cell.kernel);
    sizes.insert(cell.n);
    threads.insert(cell.threads);
  }
  if (selection.sizes.empty() && !selection.most_sizes) {
    selection.sizes.assign(sizes.begin(), sizes.end());
  }
  if (selection.threads.empty()) selection.threads.assign(threads.begin(), threads.end());
}

// The programs of another machine are not here, nor is it sure that those of the same name are
// they.
void refuse_programs(const RunFacts& facts, const std::string& dir) {
  for (const auto& [name, kernel] : facts.kernels) {
    const bool has_servers = kernel.service && kernel.service->is_users;
    if (!kernel.commands && !has_servers) continue;
    throw FileError(
        fmt::format("{}: measured {}, which only its own command line measures again "
                    "(command in run.json); gapmeter compare holds the two runs against each other",
                    dir, kernel.commands ? "commands" : "servers"));
  }
}

bool is_selected(const VariantId& variant, const std::string& kernel, const Selection& selection) {
  return (selection.kernels.empty() || matches_any_name(kernel, selection.kernels)) &&
         (selection.variants.empty() || matches_any(variant, selection.variants));
}

// The variants of the reference that were to be measured and are not here.
std::vector<MissingVariant> missing_of(std::vector<SummaryRow> reference, const MeasuredRun& run,
                                       const Selection& selection) {
  std::erase_if(reference, [&](const SummaryRow& row) {
    return !is_selected(row.cell.variant, row.cell.kernel, selection);
  });
  return missing_here(reference, run.summary);
}

// Without those that were skipped here: gaps of both runs are to be against variants that both
// have.
std::vector<RoundRow> rounds_of_both(std::vector<RoundRow> rounds, const MeasuredRun& run) {
  std::set<CellKey> skipped;
  for (const SummaryRow& row : run.summary) {
    if (row.status == Status::skipped) skipped.insert(row.cell);
  }
  std::erase_if(rounds, [&](const RoundRow& row) { return skipped.contains(row.cell); });
  return with_jobs_of(run.summary, std::move(rounds));
}

bool is_anything_measured(const MeasuredRun& run) {
  return std::any_of(run.summary.begin(), run.summary.end(),
                     [](const SummaryRow& row) { return row.status != Status::skipped; });
}

// Measures the chosen cells: in a new run, or in one that is resumed.
using Measure = std::function<MeasuredRun(const RunOptions&, const Choose&)>;

int reproduce(const ReproduceOptions& options, const Measure& measure) {
  const std::vector<RoundRow> rounds = read_rounds(options.reference);
  const RunFacts facts = read_run_facts(options.reference);
  refuse_programs(facts, options.reference);
  const RunContext context = read_context(options.reference);
  const std::set<CellKey> cells = cells_of(rounds);
  RunOptions run_options = options.run;
  take_selection(cells, run_options.selection);
  const MeasuredRun run = measure(run_options, [&](std::vector<CellGroup>& groups) {
    keep_common(cells, groups);
    if (groups.empty()) {
      throw UnknownName(fmt::format(
          "{}: the run has none of the selected kernels, sizes and threads", options.reference));
    }
  });
  if (run.end == RunEnd::interrupted) {
    // A part of the cells would otherwise be compared as if they were all.
    notice(stderr, fmt::format("gapmeter: interrupted; what was measured is in {}, and is compared "
                               "with nothing\n{}\n",
                               run.dir.string(), how_to_go_on(run.dir)));
    return 130;
  }
  const std::vector<MissingVariant> missing =
      missing_of(summarize(rounds), run, run_options.selection);
  if (!is_anything_measured(run)) {
    fmt::print("{}Nothing was measured that could be compared\n", format_missing(missing));
    return 3;
  }
  Reproduction reproduction = compare_with_reference(summarize(rounds_of_both(rounds, run)),
                                                     context, run.summary, run.context);
  reproduction.missing = missing;
  fmt::print("{}", format_reproduction(reproduction, options.format));
  return exit_status(reproduction);
}

int reproduce_here(const ReproduceOptions& options, const Invocation& invocation) {
  const RunFacts facts = read_run_facts(options.reference);
  if (facts.suite && std::string_view(invocation.program.suite_dir).empty()) {
    throw FileError(
        fmt::format("{}: its kernels are those of the suite {}; name its directory with --suite",
                    options.reference, facts.suite->name));
  }
  return reproduce(options, [&](const RunOptions& run, const Choose& choose) {
    return measure_run(run, invocation, choose);
  });
}

int go_on(const std::string& dir, const ReproduceOptions& options, const Invocation& invocation) {
  return reproduce(options, [&](const RunOptions& run, const Choose& choose) {
    return resume_run(dir, run, invocation, choose);
  });
}

void declare(OptionSet& set, ReproduceOptions& options) {
  set.positional("DIR", options.reference, "Directory of the run");
  add_measuring(set, options.run);
  set.format(options.format);
}

}  // namespace

Command reproduce_command() {
  return CommandOf<ReproduceOptions>{
      .name = "reproduce",
      .summary = "Measure a run's cells again here: exit 1 if contradicted, 3 if unsure",
      .takes_suite = true,
      .declare = declare,
      .run = reproduce_here,
      .go_on = go_on};
}

}  // namespace gapmeter
