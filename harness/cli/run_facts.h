// What run.json says of a run: everything that its numbers depend on.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "harness/cli/commands.h"
#include "harness/run/embedding.h"
#include "harness/run/limits.h"
#include "harness/run/plan.h"

namespace gapmeter {

// Of one Python engine.
nlohmann::json engine_facts(const PythonDescription& python, bool embedded);

// Of a run that is about to start.
nlohmann::json run_facts(const RunOptions& options, const std::vector<std::string>& command,
                         const Catalog& catalog, const Plan& plan, int cpu);

// From the first rung to the last.
nlohmann::json ladder_facts(const Kernel& kernel);

// Adds the ladders of kernels that a run of an older build does not describe yet, so that its
// charts are as good. Returns whether there were any.
bool add_ladders(nlohmann::json& facts, const std::vector<Kernel>& kernels);

nlohmann::json limit_facts(const MachineLimits& limits);

// The ratios of the embedded interpreter to the stock one, and their mean.
nlohmann::json embedding_facts(const std::vector<EmbeddingCell>& cells);

}  // namespace gapmeter
