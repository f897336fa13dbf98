// gapmeter verify: every variant's results at several sizes, odd ones included, untimed.
#include <fmt/format.h>

#include "harness/base/parallel.h"
#include "harness/base/sizes.h"
#include "harness/cli/arguments.h"
#include "harness/cli/command.h"
#include "harness/cli/options.h"
#include "harness/measure/plan.h"
#include "harness/measure/task_runner.h"
#include "harness/session/worker_log.h"
#include "harness/session/workers.h"
#include "harness/sys/memory.h"
#include "harness/sys/streams.h"

namespace gapmeter {
namespace {

// Sizes around the widths of vector registers and unrolled loops, where tails go wrong, and a few
// larger ones.
const std::vector<std::size_t> odd_sizes{1,  2,  3,  5,   7,   8,    15,   17,   31,
                                         33, 63, 65, 100, 129, 1000, 1023, 4097, 65537};

struct Tally {
  int right = 0;
  int skipped = 0;
  int failed = 0;
};

void count(const CellGroup& group, const VariantId& variant, const Measurement& measurement,
           Tally& tally) {
  if (measurement.status == Status::ok) {
    ++tally.right;
    return;
  }
  ++(measurement.status == Status::skipped ? tally.skipped : tally.failed);
  fmt::print("{} {} n={}: {}: {}\n", group.kernel, to_string(variant), format_size(group.n),
             name_of(measurement.status), measurement.reason);
}

int verify(const VerifyOptions& options, const Invocation& invocation) {
  WorkerSettings workers = default_workers(invocation);
  workers.timeout_s = options.timeout_s;
  workers.memory_bytes = memory_limit(options.memory_bytes);
  workers.huge_pages = options.huge_pages;
  // A traceback says more than the reason, which is one line.
  workers.log = [](const std::string& title, const std::string& output) {
    notice(stderr, log_entry(title, output));
  };
  const Catalog catalog = load_catalog(workers);
  print_warnings(catalog.python.warnings);
  ProcessTaskRunner runner(workers);
  Selection selection = options.selection;
  if (selection.sizes.empty()) selection.probes = odd_sizes;
  selection.processors = static_cast<int>(processors());
  Tally tally;
  for (const CellGroup& group : plan_groups(catalog, selection)) {
    std::vector<Task> tasks;
    for (const PlannedVariant& planned : group.variants) {
      if (planned.settled) {
        count(group, planned.id, *planned.settled, tally);
        continue;
      }
      tasks.push_back({.pass = Pass::verify,
                       .kernel = group.kernel,
                       .variant = planned.id,
                       .n = group.n,
                       .threads = planned.threads,
                       .seed = options.seed});
    }
    runner.run_untimed(tasks, [&](std::size_t i, const TaskOutcome& outcome) {
      if (invocation.interrupts.stop) return false;
      count(group, tasks[i].variant, outcome.measurement, tally);
      return true;
    });
    if (invocation.interrupts.stop) return 130;
  }
  fmt::print("{} right, {} wrong or failed, {} skipped\n", tally.right, tally.failed,
             tally.skipped);
  return tally.failed == 0 ? 0 : 1;
}

void declare(OptionSet& set, VerifyOptions& options) {
  add_selection(set, options.selection);
  add_threads(set, options.selection.threads);
  add_memory(set, options.memory_bytes);
  add_huge_pages(set, options.huge_pages);
  add_execution(set, options.timeout_s, options.seed);
}

}  // namespace

Command verify_command() {
  return CommandOf<VerifyOptions>{.name = "verify",
                                  .summary = "Check the results of every variant, untimed",
                                  .takes_suite = true,
                                  .declare = declare,
                                  .run = verify};
}

}  // namespace gapmeter
