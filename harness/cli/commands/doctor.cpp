// gapmeter doctor: is this machine fit to measure, and what is its noise floor.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <ctime>

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
#include "harness/sys/processor_times.h"
#include "harness/sys/streams.h"

namespace gapmeter {
namespace {

constexpr double seconds_per_cell = 3;
constexpr std::size_t rounds_of_gap = 8;
// The change that `ab` promises to find by default.
constexpr double wanted_change = 0.02;

ClockFacts clock_facts() {
  timespec resolution{};
  clock_getres(CLOCK_MONOTONIC, &resolution);
  return {.resolution_ns = static_cast<double>(resolution.tv_nsec), .cost_ns = clock_cost_ns()};
}

// The reference and the baseline of a kernel that does something.
std::vector<CellKey> noise_cells(const Catalog& catalog) {
  for (const Kernel& kernel : catalog.kernels) {
    if (results_of(kernel).empty() || kernel.reference.empty() || kernel.baseline.empty()) continue;
    const std::size_t n = probe_size(parse_sizes(kernel.sizes));
    return {{kernel.name, reference_of(kernel), n}, {kernel.name, baseline_of(kernel), n}};
  }
  return {};
}

Disturbance disturbance_between(const ProcessorTimes& before, const ProcessorTimes& after,
                                double watched_s) {
  Disturbance disturbance{.watched_s = watched_s};
  if (before.stolen_s && after.stolen_s) disturbance.stolen_s = *after.stolen_s - *before.stolen_s;
  for (const auto& [name, use] : after.processes) {
    if (!use.on_measuring_cpu) continue;
    const auto known = before.processes.find(name);
    const double used_before_s = known == before.processes.end() ? 0 : known->second.used_s;
    disturbance.others.emplace_back(name, use.used_s - used_before_s);
  }
  return disturbance;
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
  const MachineFacts machine = machine_facts();
  fmt::print("{} processor {} measures\n", machine.cpu.value_or("unknown processor;"), workers.cpu);
  fmt::print("{}", format_findings(examine_machine(machine)));
  fmt::print("{}", format_findings({examine_clock(clock_facts(), machine)}));
  fmt::print("{}", format_findings(examine_build(build_facts(invocation.program.kernels),
                                                 describe_engine(catalog.python))));
  print_warnings(catalog.python.warnings);
  std::fflush(stdout);

  const MachineUse use;
  if (use.is_shared()) print_warnings({shared_machine_warning});
  const SteadyClock clock;
  const double started_s = clock.now_s();
  const ProcessorTimes before = processor_times(workers.cpu);
  const std::vector<NoiseCell> cells = measure_all(catalog, workers, clock);
  if (invocation.interrupts.stop) return 130;
  fmt::print("{}", format_findings(examine_disturbance(disturbance_between(
                       before, processor_times(workers.cpu), clock.now_s() - started_s))));
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
