// gapmeter run: options -> plan -> scheduler -> rounds.csv -> summary.csv and a table.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>
#include <variant>

#include "harness/cli/arguments.h"
#include "harness/cli/command_line.h"
#include "harness/cli/options.h"
#include "harness/session/measured_run.h"
#include "harness/session/suite.h"
#include "harness/store/run_json.h"
#include "harness/sys/files.h"
#include "harness/base/figures.h"
#include "harness/base/text.h"
#include "harness/cli/text/answer_text.h"
#include "harness/cli/text/server_text.h"
#include "harness/cli/text/steadiness.h"
#include "harness/cli/text/table.h"

namespace gapmeter {
namespace {

void say(const std::string& text, const Look& look) {
  fmt::print("{}\n", wrapped(text, look.columns));
}

void print_penalty(const MeasuredRun& run, const Look& look) {
  const std::vector<EmbeddingCell>& cells = run.penalty;
  if (cells.empty()) return;
  std::string parts;
  for (const EmbeddingCell& cell : cells) {
    const std::string what =
        cell.ratio ? fmt::format("{:.2f}", cell.ratio->value) : "failed, " + cell.failure;
    parts += fmt::format("{}{} {}", parts.empty() ? "" : ", ", cell.cell.kernel, what);
  }
  const std::optional<double> mean = mean_penalty(cells);
  say(fmt::format("Python ran embedded, {} times as long as in {} ({})",
                  mean ? fmt::format("{:.2f}", *mean) : "an unknown number of", run.stock_python,
                  parts),
      look);
}

void print_imprecise(const std::vector<SummaryRow>& summary, const std::optional<double>& wanted,
                     const Look& look) {
  if (!wanted) return;
  const auto imprecise = std::count_if(summary.begin(), summary.end(), [](const SummaryRow& row) {
    return row.status == Status::ok && row.stop_reason != "precision" && !is_server(row);
  });
  if (imprecise == 0) return;
  say(fmt::format("{} of them did not reach ±{:g} %: their stop_reason in summary.csv says why",
                  imprecise, *wanted * 100),
      look);
}

// What the loop itself takes is a part of every time that it took.
void print_portable(const MeasuredRun& run, const Look& look) {
  for (const auto& [lane, call_ns] : run.portable_call_ns) {
    say(fmt::format("The loop that calls {} is in Python: an empty call takes {} in it", lane,
                    format_time(call_ns)),
        look);
  }
}

// Of a command that prints nothing, equal outputs say little.
void print_silent(const std::vector<SummaryRow>& summary, const Look& look) {
  std::set<std::string> silent;
  for (const SummaryRow& row : summary) {
    const auto bytes = row.metrics.find("output_bytes");
    if (bytes == row.metrics.end()) continue;
    const bool is_silent = std::all_of(bytes->second.begin(), bytes->second.end(),
                                       [](double count) { return count == 0; });
    if (is_silent) silent.insert(to_string(row.cell.variant));
  }
  if (silent.empty()) return;
  say(fmt::format(
          "{} prints nothing, so that nothing but its exit status was compared: let it print "
          "its result, or a digest of it",
          fmt::join(silent, ", ")),
      look);
}

// Ends with the answer in words and where more of it is: whoever reads only the last lines has it.
int tell(const MeasuredRun& run, const RunCommandOptions& options) {
  const Look look = look_of_stdout(options.colour);
  fmt::print("{}", format_table(run.summary, run.context, look));
  const auto failures = std::count_if(run.summary.begin(), run.summary.end(), failed);
  fmt::print("\n{} {}, {} failed; results in {}\n", run.summary.size(),
             run.summary.size() == 1 ? "cell" : "cells", failures, run.dir.string());
  fmt::print("{}", format_steadiness(run.summary, look));
  print_imprecise(run.summary, options.run.precision, look);
  print_penalty(run, look);
  print_portable(run, look);
  print_silent(run.summary, look);
  const std::string answers = format_answers(answers_of(run.summary, run.context), look);
  if (!answers.empty()) fmt::print("\n{}", answers);
  const std::string costs = format_server_costs(server_costs_of(run.summary, run.context), look);
  if (!costs.empty()) fmt::print("\n{}", costs);
  if (run.end == RunEnd::interrupted) {
    fmt::print("{}\n", how_to_go_on(run.dir));
    return 130;
  }
  fmt::print("Next: gapmeter report {}\n", shell_word(run.dir.string()));
  if (failures > 0) return 1;
  const bool measured = std::any_of(run.summary.begin(), run.summary.end(),
                                    [](const SummaryRow& row) { return row.status == Status::ok; });
  if (measured) return 0;
  say("Nothing was measured: every cell was skipped, for the reasons above", look);
  return 3;
}

int go_on(const std::string& dir, const RunCommandOptions& options, const Invocation& invocation) {
  return tell(resume_run(dir, options.run, invocation), options);
}

// Resumes with the command line that began the run in a directory, whichever command it was.
int go_on_as_begun(const std::string& dir, const Invocation& invocation) {
  const RunFacts facts = read_run_facts(dir);
  if (facts.suite) become_suite(facts.suite->directory, invocation);
  const std::vector<std::string>& arguments = facts.command;
  std::vector<const char*> argv;
  argv.reserve(arguments.size());
  for (const std::string& argument : arguments) argv.push_back(argument.c_str());
  if (argv.empty()) {
    throw FileError(fmt::format("{}: run.json has no command to go on with", dir));
  }
  const auto parsed = parse_command_line(static_cast<int>(argv.size()), argv.data());
  const auto* begun = std::get_if<ParsedCommand>(&parsed);
  if (begun == nullptr || !begun->bound.go_on) {
    throw FileError(fmt::format("{}: was not made by gapmeter run or gapmeter reproduce", dir));
  }
  return begun->bound.go_on(dir, invocation);
}

int run(const RunCommandOptions& options, const Invocation& invocation) {
  if (!options.resume.empty()) return go_on_as_begun(options.resume, invocation);
  return tell(measure_run(options.run, invocation), options);
}

void declare(OptionSet& set, RunCommandOptions& options) {
  add_measuring(set, options.run);
  add_commands(set, options.run.commands, options.run.selection);
  add_servers(set, options.run.servers, options.run.commands, options.run.selection);
  add_load(set, options.run);
  add_against(set, options.run.against);
  set.colour(options.colour);
  set.text("--resume", options.resume, "DIR",
           "Go on with a run or a reproduce that was cut short; its own options count, no others");
  set.share(
      "--precision", options.run.precision,
      "Measure a cell until the interval of its gap, or of its latency if it has none, is this "
      "narrow (2%: half-width over middle), within --rounds (then 60 by default) and --budget");
  set.names(
      "--interpreter", options.run.interpreters, "[NAME=]PATH",
      "Interpreter for the Python lane, CPython or PyPy; several, comma-separated, run beside "
      "the embedded one, called NAME or by their version");
  // A resumed run takes its options from where they were recorded.
  set.finally([&set, &options] {
    const std::string other = set.given_beside("--resume");
    if (options.resume.empty() || other.empty()) return;
    throw WrongUse("--resume takes every other option from the run itself; leave out " + other);
  });
}

}  // namespace

Command run_command() {
  return CommandOf<RunCommandOptions>{
      .name = "run",
      .summary = "Measure kernels and write the results to a directory",
      .takes_suite = true,
      .declare = declare,
      .run = run,
      .go_on = go_on};
}

}  // namespace gapmeter
