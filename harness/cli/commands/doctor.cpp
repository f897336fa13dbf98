// gapmeter doctor: is this machine fit to measure, and what is its noise floor.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "harness/analysis/fitness.h"
#include "harness/base/clock.h"
#include "harness/base/sizes.h"
#include "harness/cli/arguments.h"
#include "harness/cli/command.h"
#include "harness/cli/options.h"
#include "harness/cli/text/doctor_text.h"
#include "harness/measure/noise.h"
#include "harness/session/describe_run.h"
#include "harness/session/interpreters.h"
#include "harness/session/workers.h"
#include "harness/sys/affinity.h"
#include "harness/sys/environment.h"
#include "harness/sys/machine_use.h"
#include "harness/sys/refusals.h"
#include "harness/sys/streams.h"

namespace gapmeter {
namespace {

constexpr double seconds_per_cell = 3;
constexpr std::size_t rounds_of_gap = 8;
// The change that `ab` promises to find by default.
constexpr double wanted_change = 0.02;

// The reference and the baseline of a kernel that does something.
std::vector<CellKey> noise_cells(const Catalog& catalog) {
  for (const Kernel& kernel : catalog.kernels) {
    if (results_of(kernel).empty() || kernel.reference.empty() || kernel.baseline.empty()) continue;
    const std::size_t n = probe_size(parse_sizes(kernel.sizes));
    return {{kernel.name, reference_of(kernel), n}, {kernel.name, baseline_of(kernel), n}};
  }
  return {};
}

std::vector<Finding> findings_of(const std::vector<std::string>& refusals) {
  std::vector<Finding> findings;
  for (const std::string& refusal : refusals) findings.push_back({Finding::Level::bad, refusal});
  return findings;
}

// Begins to watch what others do.
Watch watch_from_now(int cpu) {
  return {.processor = describe_processor(cpu),
          .before = processor_times(),
          .throttled = throttling_so_far()};
}

void end(Watch& watch, double watched_s) {
  watch.after = processor_times();
  watch.watched_s = watched_s;
  const std::optional<Throttling> throttled = throttling_so_far();
  if (watch.throttled && throttled) watch.throttled = *throttled - *watch.throttled;
}

// The widest of the cells' intervals, if all have one.
std::optional<double> smallest_change(const std::vector<NoiseCell>& cells) {
  std::optional<double> widest;
  for (const NoiseCell& cell : cells) {
    if (!cell.change) return std::nullopt;
    const double width = std::log(cell.change->high / cell.change->low);
    widest = std::max(widest.value_or(0), width);
  }
  return widest;
}

std::vector<NoiseCell> measure_all(const Catalog& catalog, const WorkerSettings& workers,
                                   const Clock& clock) {
  ProcessPairRunner runner(workers, workers);
  const DuelRule rule{.half_width = 0.001,
                      .short_budget_s = seconds_per_cell,
                      .long_budget_s = seconds_per_cell,
                      .stop = workers.abandon};
  std::vector<NoiseCell> cells;
  for (const CellKey& cell : noise_cells(catalog)) {
    cells.push_back(measure_noise(cell, runner, clock, rule, rounds_of_gap));
  }
  return cells;
}

void print_embedding(const Catalog& catalog, const WorkerSettings& workers, const Clock& clock) {
  WorkerSettings stock = workers;
  stock.engines = {stock_engine(workers, catalog.python.executable)};
  if (const std::string& reason = stock.engines[0].why_portable; !reason.empty()) {
    print_warnings({fmt::format("what embedding Python costs is not measured: {}", reason)});
    return;
  }
  ProcessPairRunner runner(stock, workers);
  for (const CellKey& cell : noise_cells(catalog)) {
    if (!cell.variant.lane.is_python()) continue;
    for (const EmbeddingCell& measured : measure_embedding({cell}, 1, runner, clock,
                                                           {.confidence = 0.95,
                                                           .short_budget_s = 3,
                                                           .long_budget_s = 3,
                                                           .stop = workers.abandon})) {
      fmt::print("{}", format_penalty(measured, catalog.python.executable));
    }
  }
}

int examine(const DoctorOptions& options, const Invocation& invocation) {
  WorkerSettings workers = default_workers(invocation);
  workers.cpu = choose_cpu(options.cpu);
  const Catalog catalog = load_catalog(workers);
  const MachineFacts machine = machine_facts(workers.cpu);
  fmt::print("{} processor {} measures\n", machine.cpu.value_or("unknown processor;"), workers.cpu);
  fmt::print("{}", format_findings(examine_machine(machine)));
  fmt::print("{}", format_findings({examine_clock(clock_cost_ns(), machine)}));
  fmt::print("{}", format_findings(findings_of(find_refusals())));
  fmt::print("{}", format_findings(examine_build(build_facts(invocation.program.kernels),
                                                 describe_engine(catalog.python))));
  print_warnings(catalog.python.warnings);
  std::fflush(stdout);

  const MachineUse use;
  if (use.is_shared()) print_warnings({shared_machine_warning});
  const SteadyClock clock;
  const double started_s = clock.now_s();
  Watch watch = watch_from_now(workers.cpu);
  const std::vector<NoiseCell> cells = measure_all(catalog, workers, clock);
  if (invocation.interrupts.stop) return 130;
  end(watch, clock.now_s() - started_s);
  fmt::print("{}", format_findings(examine_disturbance(watch)));
  for (const NoiseCell& cell : cells) fmt::print("{}", format_noise(cell, rounds_of_gap));
  print_embedding(catalog, workers, clock);
  if (invocation.interrupts.stop) return 130;

  const std::optional<double> change = smallest_change(cells);
  if (!change) {
    fmt::print("The noise could not be measured.\n");
    return 3;
  }
  fmt::print("Smallest change that gapmeter ab shows here in {:g} s: {:.1f} %.\n", seconds_per_cell,
             *change * 100);
  return *change <= wanted_change ? 0 : 3;
}

void declare(OptionSet& set, DoctorOptions& options) { add_pin(set, options.cpu); }

}  // namespace

Command doctor_command() {
  return CommandOf<DoctorOptions>{
      .name = "doctor",
      .summary = "Is this machine fit to measure, and how small a change shows; exit 3 above 2 %",
      .takes_suite = true,
      .declare = declare,
      .run = examine};
}

}  // namespace gapmeter
