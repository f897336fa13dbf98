#include "harness/cli/run_facts.h"

#include <fmt/format.h>

#include <unistd.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "harness/results/environment.h"
#include "harness/results/records.h"

extern char** environ;  // NOLINT(readability-redundant-declaration): POSIX leaves it to the program

namespace gapmeter {
namespace {

using Json = nlohmann::json;

Json kernel_facts(const Catalog& catalog, const Plan& plan) {
  Json kernels = Json::object();
  for (const Kernel& kernel : catalog.kernels) {
    const bool planned =
        std::any_of(plan.comparisons.begin(), plan.comparisons.end(),
                    [&](const Comparison& comparison) { return comparison.kernel == kernel.name; });
    if (!planned) continue;
    kernels[kernel.name] = {{"title", kernel.title},
                            {"item", kernel.item},
                            {"claims", kernel.claims},
                            {"reference", "native/" + kernel.reference},
                            {"baseline", "python/" + kernel.baseline}};
    if (!kernel.ladder.empty()) kernels[kernel.name]["ladder"] = ladder_facts(kernel);
  }
  return kernels;
}

Json further_engine_facts(const Catalog& catalog) {
  Json engines = Json::object();
  for (const FurtherEngine& engine : catalog.further_engines) {
    engines[engine.label] = engine_facts(engine.python, /*embedded=*/false);
  }
  return engines;
}

// Whether libraries or malloc look at a variable "NAME=value", which workers inherit.
bool changes_libraries(std::string_view variable) {
  constexpr std::array<std::string_view, 9> prefixes{
      "OPENBLAS_", "GOTO_", "OMP_", "MKL_", "NUMBA_", "LD_", "MALLOC_", "GLIBC_", "TBB_"};
  return std::any_of(prefixes.begin(), prefixes.end(),
                     [&](std::string_view prefix) { return variable.starts_with(prefix); });
}

Json environment_of_workers() {
  Json variables = Json::object();
  for (char** variable = environ; *variable != nullptr; ++variable) {
    const std::string_view text(*variable);
    const std::size_t equals = text.find('=');
    if (!changes_libraries(text) || equals == std::string_view::npos) continue;
    variables[std::string(text.substr(0, equals))] = one_line(std::string(text.substr(equals + 1)));
  }
  for (const auto& [name, value] : worker_environment(1)) variables[name] = value;
  return variables;
}

}  // namespace

nlohmann::json ladder_facts(const Kernel& kernel) {
  Json ladder = Json::array();
  for (const Rung& rung : kernel.ladder) {
    ladder.push_back({{"rung", rung.name}, {"variant", rung.variant}});
  }
  return ladder;
}

bool add_ladders(nlohmann::json& facts, const std::vector<Kernel>& kernels) {
  bool added = false;
  for (const Kernel& kernel : kernels) {
    const Json::json_pointer place = Json::json_pointer("/kernels") / kernel.name;
    if (kernel.ladder.empty() || !facts.contains(place) || !facts[place].is_object()) continue;
    if (facts[place].contains("ladder")) continue;
    facts[place]["ladder"] = ladder_facts(kernel);
    added = true;
  }
  return added;
}

nlohmann::json engine_facts(const PythonDescription& python, bool embedded) {
  return {{"engine", embedded ? "embedded" : "stock"},
          {"version", python.version},
          {"build", python.build},
          {"executable", python.executable},
          {"link", python.link},
          {"numpy", python.numpy_version},
          {"numpy_blas", python.numpy_blas},
          {"warnings", python.warnings}};
}

nlohmann::json run_facts(const RunOptions& options, const std::vector<std::string>& command,
                         const Catalog& catalog, const Plan& plan, int cpu) {
  return {{"schema_version", schema_version},
          {"command", command},
          {"started", utc_now()},
          {"plan_digest", fmt::format("{:016x}", digest_of(plan))},
          {"seed", plan.seed},
          {"rounds", plan.rounds},
          {"round_ns", plan.timing.round_ns},
          {"batch_ns", plan.timing.batch_ns},
          {"single_calls_ns", plan.timing.single_calls_ns},
          {"budget_s", options.budget_s ? Json(*options.budget_s) : Json(nullptr)},
          {"precision", options.precision ? Json(*options.precision) : Json(nullptr)},
          {"timeout_s", options.timeout_s},
          {"pinned_cpu", cpu},
          {"measured_alone", true},
          {"worker_environment", environment_of_workers()},
          {"machine", machine_facts()},
          {"build", build_facts()},
          {"python", engine_facts(catalog.python, options.interpreters.size() != 1)},
          {"further_engines", further_engine_facts(catalog)},
          {"kernels", kernel_facts(catalog, plan)}};
}

nlohmann::json limit_facts(const MachineLimits& limits) {
  return {{"read_bytes_per_s", limits.read_bytes_per_s},
          {"copy_bytes_per_s", limits.copy_bytes_per_s},
          {"flops_per_s", limits.flops_per_s}};
}

nlohmann::json embedding_facts(const std::vector<EmbeddingCell>& cells) {
  Json list = Json::array();
  for (const EmbeddingCell& cell : cells) {
    Json entry{{"kernel", cell.cell.kernel},
               {"variant", to_string(cell.cell.variant)},
               {"n", cell.cell.n}};
    if (!cell.failure.empty()) entry["failure"] = cell.failure;
    if (cell.ratio) {
      entry["ratio"] = cell.ratio->value;
      if (const auto& interval = cell.ratio->interval) {
        entry["low"] = interval->low;
        entry["high"] = interval->high;
      }
    }
    list.push_back(std::move(entry));
  }
  const std::optional<double> mean = mean_penalty(cells);
  return {{"mean", mean ? Json(*mean) : Json(nullptr)}, {"cells", list}};
}

}  // namespace gapmeter
