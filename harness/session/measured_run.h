// A run from its options to its files, and how it goes on after an interruption: what `run` and
// `reproduce` have in common.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "harness/measure/embedding.h"
#include "harness/measure/scheduler.h"
#include "harness/model/run_facts.h"
#include "harness/session/invocation.h"
#include "harness/session/run_options.h"

namespace gapmeter {

struct MeasuredRun {
  std::filesystem::path dir;
  std::vector<SummaryRow> summary;
  RunContext context;
  RunEnd end = RunEnd::complete;
  std::vector<EmbeddingCell> penalty;  // empty where the embedded interpreter was not used
  std::string stock_python;            // that the penalty is against
};

// May take groups of cells out of a plan.
using Choose = std::function<void(std::vector<CellGroup>&)>;

// Plans, measures and writes every file of the run. Progress goes to stderr, results to nobody yet.
// Throws UnknownName for a selection of nothing, FileError, std::runtime_error with a sentence for
// the user.
MeasuredRun measure_run(const RunOptions& options, const Invocation& invocation,
                        const Choose& choose = {});

// Goes on with a run that was cut short, with the options and the choice that it began with. Throws
// FileError where build, interpreter, kernels or settings are not what they were.
MeasuredRun resume_run(const std::filesystem::path& dir, const RunOptions& options,
                       const Invocation& invocation, const Choose& choose = {});

// "to go on: gapmeter run --resume DIR", the directory as a shell takes it for one word.
std::string how_to_go_on(const std::filesystem::path& dir);

}  // namespace gapmeter
