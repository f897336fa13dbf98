// A run from its options to its files, and how it resumes after an interruption: the common part of
// `run` and `reproduce`.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
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
  std::string stock_python;            // the interpreter that it is relative to
  // Of each engine whose loop is one in Python, by its lane: what an empty call takes in it.
  std::map<std::string, double> portable_call_ns{};
};

// May remove groups of cells from a plan.
using Choose = std::function<void(std::vector<CellGroup>&)>;

// Plans, measures and writes every file of the run. Progress goes to stderr; results are only
// returned. Throws UnknownName if nothing is selected, FileError, or std::runtime_error with a
// sentence for the user.
MeasuredRun measure_run(const RunOptions& options, const Invocation& invocation,
                        const Choose& choose = {});

// Resumes a run that was cut short, with the options and the choice that it began with. Throws
// FileError if build, interpreter, kernels or settings have changed.
MeasuredRun resume_run(const std::filesystem::path& dir, const RunOptions& options,
                       const Invocation& invocation, const Choose& choose = {});

// "to go on: gapmeter run --resume DIR", with the directory quoted for a shell.
std::string how_to_go_on(const std::filesystem::path& dir);

}  // namespace gapmeter
