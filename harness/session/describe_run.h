// Fills run.json's struct: what this build, this machine and this plan are.
#pragma once

#include <string>
#include <vector>

#include "harness/measure/embedding.h"
#include "harness/measure/plan.h"
#include "harness/model/run_facts.h"
#include "harness/session/run_options.h"

namespace gapmeter {

// Of one Python engine.
EngineFacts describe_engine(const PythonDescription& python, bool embedded);

// Of a run that is about to start.
RunFacts describe_run(const RunOptions& options, const std::vector<std::string>& command,
                      const Catalog& catalog, const Plan& plan, int cpu);

// Adds the ladders of kernels that a run of an older build does not describe yet, so that its
// charts are as good. Returns whether there were any.
bool add_ladders(RunFacts& facts, const std::vector<Kernel>& kernels);

// The ratios of the embedded interpreter to the stock one, and their mean.
EmbeddingFacts describe_penalty(const std::vector<EmbeddingCell>& cells);

}  // namespace gapmeter
