// gapmeter reproduce: measures the cells of an earlier run again and compares what they show.
#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <tuple>

#include "harness/cli/commands.h"
#include "harness/cli/measured_run.h"
#include "harness/cli/reproduction_text.h"
#include "harness/results/result_dir.h"
#include "harness/results/summary.h"

namespace gapmeter {
namespace {

using Place = std::tuple<std::string, std::size_t, int>;  // kernel, n, threads

std::set<Place> places_of(const std::vector<SummaryRow>& rows) {
  std::set<Place> places;
  for (const SummaryRow& row : rows) {
    places.emplace(row.cell.kernel, row.cell.n, row.cell.threads);
  }
  return places;
}

// The reference's own sizes and threads, unless the command line names others or wants few.
void take_selection(const std::set<Place>& places, Selection& selection) {
  std::set<std::size_t> sizes;
  std::set<int> threads;
  for (const auto& [kernel, n, count] : places) {
    sizes.insert(n);
    threads.insert(count);
  }
  if (selection.sizes.empty() && !selection.most_sizes) {
    selection.sizes.assign(sizes.begin(), sizes.end());
  }
  if (selection.threads.empty()) selection.threads.assign(threads.begin(), threads.end());
}

}  // namespace

int run_reproduce(const ReproduceOptions& options, const Invocation& invocation) {
  const std::vector<SummaryRow> reference = summarize(read_rounds(options.reference));
  const RunContext context = read_context(options.reference);
  const std::set<Place> places = places_of(reference);
  RunOptions run_options = options.run;
  take_selection(places, run_options.selection);
  const MeasuredRun run =
      measure_run(run_options, invocation, [&](std::vector<Comparison>& comparisons) {
        std::erase_if(comparisons, [&](const Comparison& comparison) {
          return !places.contains({comparison.kernel, comparison.n, comparison.threads});
        });
        if (comparisons.empty()) {
          throw UnknownName(
              fmt::format("{}: the run has none of the selected kernels, sizes and "
                          "threads",
                          options.reference));
        }
      });
  if (run.end == RunEnd::interrupted) return 130;
  const auto failures = std::count_if(run.summary.begin(), run.summary.end(), failed);
  if (failures > 0) print_warnings({fmt::format("{} cells failed", failures)});
  const Reproduction reproduction =
      compare_with_reference(reference, context, run.summary, run.context);
  fmt::print("{}", format_reproduction(reproduction, options.format));
  return failures > 0 ? 1 : exit_status(reproduction);
}

}  // namespace gapmeter
