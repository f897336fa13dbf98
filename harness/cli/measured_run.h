// A run from its options to its files: what `run` and `reproduce` have in common.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "harness/cli/commands.h"
#include "harness/results/context.h"
#include "harness/run/embedding.h"
#include "harness/run/scheduler.h"

namespace gapmeter {

struct MeasuredRun {
  std::filesystem::path dir;
  std::vector<SummaryRow> summary;
  RunContext context;
  RunEnd end = RunEnd::complete;
  std::vector<EmbeddingCell> penalty;  // empty where the embedded interpreter was not used
  std::string stock_python;            // that the penalty is against
};

// Plans, measures and writes every file of the run. `choose` may take comparisons out of the plan.
// Progress goes to stderr, results to nobody yet. Throws as the commands do.
MeasuredRun measure_run(const RunOptions& options, const Invocation& invocation,
                        const std::function<void(std::vector<Comparison>&)>& choose = {});

// Goes on with a run that was cut short, after its command as run.json tells it. Throws
// ResultDirError where build, interpreter, kernels or settings are not what they were.
MeasuredRun resume_run(const std::filesystem::path& dir, const Invocation& invocation);

}  // namespace gapmeter
