// Fills in run.json's struct: describes this build, this machine and this plan.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "harness/measure/embedding.h"
#include "harness/measure/plan.h"
#include "harness/model/run_facts.h"
#include "harness/session/run_options.h"

namespace gapmeter {

// Describes one Python engine.
EngineFacts describe_engine(const PythonDescription& python);

// Describes a run that is about to start.
RunFacts describe_run(const RunOptions& options, const std::vector<std::string>& command,
                      const Catalog& catalog, const Plan& plan, int cpu,
                      const BuiltProgram& program);

// Adds the ladders that a run of an older build lacks, so that its charts are as good. Returns
// whether it added any.
bool add_ladders(RunFacts& facts, const std::vector<Kernel>& kernels);

// The ratios of the embedded interpreter to the stock one, and their mean.
EmbeddingFacts describe_penalty(const std::vector<EmbeddingCell>& cells);

// What the probes of a run's rows read, by the number of threads.
std::map<std::string, ProbeFacts> describe_probes(const std::vector<RoundRow>& rows);

}  // namespace gapmeter
