#include "harness/session/workers.h"

#include <fmt/format.h>

#include <cstdlib>
#include <utility>

#include "harness/base/channel.h"
#include "harness/base/installation.h"
#include "harness/kernel/rust_variants.h"
#include "harness/measure/describe.h"
#include "harness/session/interpreters.h"

namespace gapmeter {
namespace {

// What is not looked for in PYTHONPATH would be found by the user's own interpreter.
std::vector<std::string> warnings_of_environment() {
  const char* const path = std::getenv("PYTHONPATH");
  if (path == nullptr || *path == '\0') return {};
  return {
      "PYTHONPATH is set, and ignored: modules are found in a virtual environment (VIRTUAL_ENV, or "
      "its bin/python as --interpreter), among the packages of the system and of the user, and "
      "beside the kernels' own modules"};
}

PythonDescription describe_engine_of(const WorkerSettings& workers, const PythonEngine& engine,
                                     const std::vector<Kernel>& kernels, Imports imports) {
  PythonDescription description = describe_python(workers, engine, imports);
  if (!engine.why_portable.empty()) {
    description.warnings.push_back(
        fmt::format("{}: calls are timed by a loop in Python, not by the compiled one: {}",
                    engine.program, engine.why_portable));
  }
  note_silent_modules(kernels, description);
  return description;
}

}  // namespace

WorkerSettings workers_of(const std::string& program, const Invocation& invocation) {
  return {.native_command = {program, worker_argument},
          .engines = {{.label = "",
                       .command = {program + "-python", worker_argument},
                       .program = program + "-python"}},
          .python_dir = "",
          .extension_dir = program + "-extensions",
          .abandon = &invocation.interrupts.stop};
}

WorkerSettings default_workers(const Invocation& invocation) {
  WorkerSettings workers = workers_of(program_file().string(), invocation);
  workers.python_dir = python_dir_of(invocation.program).string();
  return workers;
}

Catalog load_catalog(WorkerSettings& workers, const std::vector<std::string>& interpreters,
                     Imports imports) {
  Catalog catalog{
      .kernels = registered_kernels(), .python = {}, .rust_files = registered_rust_files()};
  if (catalog.kernels.empty()) {
    throw UnknownName("there is no kernel: none of the sources has GAPMETER_KERNEL() { … }");
  }
  std::vector<WantedInterpreter> wanted;
  for (const std::string& text : interpreters) wanted.push_back(parse_interpreter(text));
  if (wanted.size() == 1) workers.engines = {stock_engine(workers, wanted[0].path)};
  catalog.python = describe_engine_of(workers, workers.engines[0], catalog.kernels, imports);
  if (wanted.size() == 1 && !wanted[0].name.empty()) {
    catalog.python.warnings.push_back(fmt::format(
        "one interpreter takes the place of the embedded one, as the lane {}: its name '{}' is for "
        "several",
        Lane::python().name(), wanted[0].name));
  }
  for (std::string& warning : warnings_of_environment()) {
    catalog.python.warnings.push_back(std::move(warning));
  }
  if (wanted.size() < 2) return catalog;
  for (const auto& [name, path] : wanted) {
    workers.engines.push_back(stock_engine(workers, path));
    catalog.further_engines.push_back(
        {"", describe_engine_of(workers, workers.engines.back(), catalog.kernels, imports)});
  }
  std::vector<LabelledEngine> engines;
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    engines.push_back({wanted[i].name, &catalog.further_engines[i].python});
  }
  const std::vector<std::string> labels = labels_of(engines);
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    catalog.further_engines[i].label = workers.engines[i + 1].label = labels[i];
  }
  return catalog;
}

}  // namespace gapmeter
