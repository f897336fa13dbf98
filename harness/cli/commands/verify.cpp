// gapmeter verify: every variant's results at several sizes, odd ones included, untimed.
#include <fmt/format.h>

#include <atomic>
#include <set>

#include "harness/sys/affinity.h"
#include "harness/cli/arguments.h"
#include "harness/cli/command.h"
#include "harness/cli/options.h"
#include "harness/measure/plan.h"
#include "harness/measure/task_runner.h"
#include "harness/session/command_files.h"
#include "harness/session/failures.h"
#include "harness/session/server_runs.h"
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
  Failures of_kernel{};  // whose groups are verified now
};

void count(const CellKey& cell, const Measurement& measurement, Tally& tally) {
  tally.of_kernel.add(cell, measurement);
  const bool is_right = measurement.status == Status::ok;
  const bool is_skipped = measurement.status == Status::skipped;
  ++(is_right ? tally.right : is_skipped ? tally.skipped : tally.failed);
}

void print_failures(Tally& tally) {
  for (const std::string& line : tally.of_kernel.lines()) fmt::print("{}\n", line);
  tally.of_kernel = {};
}

// Verifies the variants of all groups; the exit status.
int verify_groups(const std::vector<CellGroup>& groups, ProcessTaskRunner runner,
                  std::uint64_t seed, const std::atomic<bool>& stop) {
  Tally tally;
  for (std::size_t g = 0; g < groups.size(); ++g) {
    const CellGroup& group = groups[g];
    std::vector<Task> tasks;
    for (const PlannedVariant& planned : group.variants) {
      if (planned.settled) {
        count(cell_of(group, planned), *planned.settled, tally);
        continue;
      }
      tasks.push_back({.pass = Pass::verify,
                       .kernel = group.kernel,
                       .variant = planned.id,
                       .n = group.n,
                       .threads = planned.threads,
                       .seed = seed,
                       .command = planned.command,
                       .server = planned.server});
    }
    runner.run_untimed(tasks, [&](std::size_t i, const TaskOutcome& outcome) {
      if (stop) return false;
      const Task& task = tasks[i];
      count({task.kernel, task.variant, task.n, task.threads}, outcome.measurement, tally);
      return true;
    });
    const bool is_last = g + 1 == groups.size() || groups[g + 1].kernel != group.kernel;
    if (is_last || stop) print_failures(tally);
    if (stop) return 130;
  }
  fmt::print("{} right, {} wrong or failed, {} skipped\n", tally.right, tally.failed,
             tally.skipped);
  if (tally.failed > 0) return 1;
  return tally.right > 0 ? 0 : 3;
}

int verify_kernels(const VerifyOptions& options, WorkerSettings workers,
                   const Invocation& invocation) {
  const Catalog catalog = load_catalog(workers);
  print_warnings(catalog.python.warnings);
  Selection selection = options.selection;
  if (selection.sizes.empty()) selection.probes = odd_sizes;
  selection.processors = static_cast<int>(processors());
  std::vector<CellGroup> groups = plan_groups(catalog, selection);
  for (const Servers& servers : selected_servers(catalog, selection)) {
    groups.push_back(plan_verification(servers, selection, options.timeout_s, workers,
                                       catalog.python.executable));
  }
  return verify_groups(groups, ProcessTaskRunner(std::move(workers)), options.seed,
                       invocation.interrupts.stop);
}

int verify_servers(const VerifyOptions& options, WorkerSettings workers,
                   const Invocation& invocation) {
  const CellGroup group =
      plan_verification(options.servers, options.selection, options.timeout_s, workers, "");
  return verify_groups({group}, ProcessTaskRunner(std::move(workers)), options.seed,
                       invocation.interrupts.stop);
}

int verify_commands(const VerifyOptions& options, WorkerSettings workers,
                    const Invocation& invocation) {
  auto [inputs, groups] = plan_with_files(options.commands, options.selection);
  if (inputs != nullptr) inputs->make(options.commands, workers, groups);
  return verify_groups(groups, ProcessTaskRunner(std::move(workers), /*most_at_once=*/1),
                       options.seed, invocation.interrupts.stop);
}

int verify(const VerifyOptions& options, const Invocation& invocation) {
  WorkerSettings workers = default_workers(invocation);
  workers.timeout_s = options.timeout_s;
  workers.memory_bytes = memory_limit(options.memory_bytes);
  workers.huge_pages = options.huge_pages;
  // A traceback says more than the reason, which is one line; the same at the next size does not.
  workers.log = [known = std::set<std::string>()](const std::string& title,
                                                  const std::string& output) mutable {
    if (known.insert(output).second) notice(stderr, log_entry(title, output));
  };
  if (!options.servers.empty()) return verify_servers(options, std::move(workers), invocation);
  return options.commands.empty() ? verify_kernels(options, std::move(workers), invocation)
                                  : verify_commands(options, std::move(workers), invocation);
}

void declare(OptionSet& set, VerifyOptions& options) {
  add_selection(set, options.selection);
  add_commands(set, options.commands, options.selection);
  add_servers(set, options.servers, options.commands, options.selection);
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
