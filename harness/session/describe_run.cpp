#include "harness/session/describe_run.h"

#include <algorithm>

#include "harness/analysis/undisturbed.h"
#include "harness/base/clock.h"
#include "harness/base/hash.h"
#include "harness/measure/worker_process.h"
#include "harness/model/rows.h"
#include "harness/session/revision.h"
#include "harness/sys/environment.h"

namespace gapmeter {
namespace {

KernelFacts describe_kernel(const Kernel& kernel) {
  KernelFacts facts{.title = kernel.title, .item = kernel.item, .claims = kernel.claims};
  // Neither is known of a description that failed.
  if (!kernel.reference.empty()) facts.reference = to_string(reference_of(kernel));
  if (!kernel.baseline.empty()) facts.baseline = to_string(baseline_of(kernel));
  if (!kernel.ladder.empty()) facts.ladder = kernel.ladder;
  return facts;
}

std::map<std::string, KernelFacts> describe_kernels(const Catalog& catalog, const Plan& plan) {
  std::map<std::string, KernelFacts> kernels;
  for (const Kernel& kernel : catalog.kernels) {
    const bool planned =
        std::any_of(plan.groups.begin(), plan.groups.end(),
                    [&](const CellGroup& group) { return group.kernel == kernel.name; });
    if (planned) kernels.emplace(kernel.name, describe_kernel(kernel));
  }
  return kernels;
}

std::map<std::string, EngineFacts> describe_further_engines(const Catalog& catalog) {
  std::map<std::string, EngineFacts> engines;
  for (const FurtherEngine& engine : catalog.further_engines) {
    engines.emplace(engine.label, describe_engine(engine.python));
  }
  return engines;
}

std::map<std::string, std::string> environment_of_workers(const RunOptions& options) {
  std::map<std::string, std::string> variables = library_variables();
  if (runs_programs(options)) return variables;  // the user's
  for (const auto& [name, value] : worker_environment(1, options.huge_pages)) {
    variables[name] = value;
  }
  return variables;
}

bool measures_servers(const Plan& plan) {
  return std::any_of(plan.groups.begin(), plan.groups.end(), [](const CellGroup& group) {
    return std::any_of(group.variants.begin(), group.variants.end(),
                       [](const PlannedVariant& planned) { return planned.server.has_value(); });
  });
}

std::optional<SuiteFacts> suite_of(const BuiltProgram& program) {
  const std::string_view dir = program.suite_dir;
  if (dir.empty()) return std::nullopt;
  return describe_suite(dir);
}

}  // namespace

bool add_ladders(RunFacts& facts, const std::vector<Kernel>& kernels) {
  bool added = false;
  for (const Kernel& kernel : kernels) {
    const auto known = facts.kernels.find(kernel.name);
    if (kernel.ladder.empty() || known == facts.kernels.end() || known->second.ladder) continue;
    known->second.ladder = kernel.ladder;
    added = true;
  }
  return added;
}

EngineFacts describe_engine(const PythonDescription& python) {
  return {.engine = python.engine,
          .version = python.version,
          .build = python.build,
          .executable = python.executable,
          .link = python.link,
          .pgo = python.pgo,
          .lto = python.lto,
          .gil = python.gil,
          .numpy = python.numpy_version,
          .numpy_blas = python.numpy_blas,
          .call_ns = python.call_ns,
          .missing = python.missing,
          .sys_path = python.sys_path,
          .warnings = python.warnings};
}

RunFacts describe_run(const RunOptions& options, const std::vector<std::string>& command,
                      const Catalog& catalog, const Plan& plan, int cpu,
                      const BuiltProgram& program) {
  return {
      .schema_version = schema_version,
      .command = command,
      .started = utc_now(),
      .plan_digest = hex_of(digest_of(plan)),
      .seed = plan.seed,
      .rounds = plan.rounds,
      .round_ns = plan.timing.round_ns,
      .batch_ns = plan.timing.batch_ns,
      .single_calls_ns = plan.timing.single_calls_ns,
      .slice_ns = plan.timing.slice_ns,
      .budget_s = options.budget_s,
      .precision = options.precision,
      .against = options.against.lane ? std::optional(to_string(options.against)) : std::nullopt,
      .objective_ns =
          measures_servers(plan) ? std::optional(options.objective_s * 1e9) : std::nullopt,
      .wanted_per_s = options.wanted_per_s,
      .timeout_s = options.timeout_s,
      .pinned_cpu = cpu < 0 ? std::nullopt : std::optional<std::int64_t>(cpu),
      .huge_pages = std::string(find_name(huge_pages_names, options.huge_pages)),
      .worker_environment = environment_of_workers(options),
      .machine = machine_facts(cpu),
      .build = build_facts(program.kernels),
      .suite = suite_of(program),
      .python = runs_programs(options) ? EngineFacts{} : describe_engine(catalog.python),
      .further_engines = describe_further_engines(catalog),
      .kernels = describe_kernels(catalog, plan)};
}

EmbeddingFacts describe_penalty(const std::vector<EmbeddingCell>& cells) {
  EmbeddingFacts facts{.mean = mean_penalty(cells)};
  for (const EmbeddingCell& cell : cells) {
    EmbeddingFacts::Cell described{.kernel = cell.cell.kernel,
                                   .variant = to_string(cell.cell.variant),
                                   .n = static_cast<std::int64_t>(cell.cell.n)};
    if (!cell.failure.empty()) described.failure = cell.failure;
    if (cell.ratio) {
      described.ratio = cell.ratio->value;
      if (const auto& interval = cell.ratio->interval) {
        described.low = interval->low;
        described.high = interval->high;
      }
    }
    facts.cells.push_back(std::move(described));
  }
  return facts;
}

std::map<std::string, ProbeFacts> describe_probes(const std::vector<RoundRow>& rows) {
  const Probes probes(rows);
  std::map<int, std::int64_t> undisturbed;  // slices, by the number of threads
  for (const RoundRow& row : rows) {
    undisturbed[row.cell.threads] += probes.count_undisturbed(row);
  }
  std::map<std::string, ProbeFacts> facts;
  for (const auto& [threads, readings] : probes.readings()) {
    facts[std::to_string(threads)] = {.best = probes.best(threads).value(),
                                      .undisturbed = static_cast<double>(undisturbed[threads]) /
                                                     static_cast<double>(readings.count()),
                                      .readings = to_string(readings)};
  }
  return facts;
}

}  // namespace gapmeter
