// A run from its options to its files, and how it goes on after an interruption: what `run` and
// `reproduce` have in common.
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

// May take comparisons out of a plan.
using Choose = std::function<void(std::vector<Comparison>&)>;

// Plans, measures and writes every file of the run. Progress goes to stderr, results to nobody yet.
// Throws as the commands do.
MeasuredRun measure_run(const RunOptions& options, const Invocation& invocation,
                        const Choose& choose = {});

// What the command said that began the run in a directory: RunOptions or ReproduceOptions. Throws
// ResultDirError where run.json has no such command.
Options begun_by(const std::filesystem::path& dir);

// Goes on with a run that was cut short, with the options and the choice that it began with. Throws
// ResultDirError where build, interpreter, kernels or settings are not what they were.
MeasuredRun resume_run(const std::filesystem::path& dir, const RunOptions& options,
                       const Invocation& invocation, const Choose& choose = {});

// "to go on: gapmeter run --resume DIR", the directory as a shell takes it for one word.
std::string how_to_go_on(const std::filesystem::path& dir);

}  // namespace gapmeter
