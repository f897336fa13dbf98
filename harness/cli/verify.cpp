// gapmeter verify: every variant's results at several sizes, odd ones included, untimed.
#include <fmt/format.h>

#include "harness/cli/commands.h"
#include "harness/cli/notice.h"
#include "harness/run/job_runner.h"
#include "harness/run/sizes.h"

namespace gapmeter {
namespace {

// Around the widths of vector registers and unrolled loops, where tails go wrong, and a few past
// them.
const std::vector<std::size_t> odd_sizes{1,  2,  3,  5,   7,   8,    15,   17,   31,
                                         33, 63, 65, 100, 129, 1000, 1023, 4097, 65537};

struct Tally {
  int right = 0;
  int skipped = 0;
  int failed = 0;
};

void count(const Comparison& comparison, const VariantId& variant, const Measurement& measurement,
           Tally& tally) {
  if (measurement.status == Status::ok) {
    ++tally.right;
    return;
  }
  ++(measurement.status == Status::skipped ? tally.skipped : tally.failed);
  fmt::print("{} {} n={}: {}: {}\n", comparison.kernel, to_string(variant),
             format_size(comparison.n), name_of(measurement.status), measurement.reason);
}

}  // namespace

int run_verify(const VerifyOptions& options, const Invocation& invocation) {
  WorkerSettings workers = default_workers(invocation);
  workers.timeout_s = options.timeout_s;
  workers.memory_bytes = memory_limit(options.memory_bytes);
  // A traceback says more than the reason, which is one line.
  workers.log = [](const std::string& title, const std::string& output) {
    notice(stderr, log_entry(title, output));
  };
  const Catalog catalog = load_catalog(workers);
  print_warnings(catalog.python.warnings);
  ProcessJobRunner runner(workers);
  Selection selection = options.selection;
  if (selection.sizes.empty()) selection.probes = odd_sizes;
  selection.processors = static_cast<int>(processors());
  Tally tally;
  for (const Comparison& comparison : plan_comparisons(catalog, selection)) {
    std::vector<Job> jobs;
    for (const PlannedVariant& planned : comparison.variants) {
      if (planned.settled) {
        count(comparison, planned.id, *planned.settled, tally);
        continue;
      }
      jobs.push_back({.pass = Pass::verify,
                      .kernel = comparison.kernel,
                      .variant = planned.id,
                      .n = comparison.n,
                      .threads = planned.threads,
                      .seed = options.seed});
    }
    runner.run_untimed(jobs, [&](std::size_t i, const JobOutcome& outcome) {
      if (invocation.interrupts.stop) return false;
      count(comparison, jobs[i].variant, outcome.measurement, tally);
      return true;
    });
    if (invocation.interrupts.stop) return 130;
  }
  fmt::print("{} right, {} wrong or failed, {} skipped\n", tally.right, tally.failed,
             tally.skipped);
  return tally.failed == 0 ? 0 : 1;
}

}  // namespace gapmeter
