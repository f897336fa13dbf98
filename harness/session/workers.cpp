#include "harness/session/workers.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <stdexcept>

#include "harness/base/channel.h"
#include "harness/base/installation.h"
#include "harness/kernel/rust_variants.h"
#include "harness/measure/describe.h"
#include "harness/sys/program.h"

namespace gapmeter {
namespace {

// The path of an interpreter that is given without one.
std::string on_path(const std::string& name) {
  if (name.find('/') != std::string::npos) return name;
  try {
    return find_program(name);
  } catch (const std::invalid_argument& error) {
    throw UnknownName(fmt::format("--interpreter: {}", error.what()));
  }
}

// "3.13", or with the position in the list if another engine has that version too: "3.13-2".
std::string label_for(const std::string& version, const std::vector<PythonEngine>& others) {
  const std::string minor = version.substr(0, version.find('.', version.find('.') + 1));
  std::string label = minor;
  const auto taken = [&](const PythonEngine& engine) { return engine.label == label; };
  for (int i = 2; std::any_of(others.begin(), others.end(), taken); ++i) {
    label = fmt::format("{}-{}", minor, i);
  }
  return label;
}

}  // namespace

PythonEngine stock_engine(const WorkerSettings& workers, const std::string& interpreter) {
  return {.label = "",
          .command = {on_path(interpreter), "-I", "-B", "-u",
                      (data_dir() / "python" / "stock_worker.py").string(),
                      workers.native_command.front() + "-engines"}};
}

WorkerSettings workers_of(const std::string& program, const Invocation& invocation) {
  return {.native_command = {program, worker_argument},
          .engines = {{.label = "", .command = {program + "-python", worker_argument}}},
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
  if (interpreters.size() == 1) {
    workers.engines = {stock_engine(workers, interpreters[0])};
  }
  catalog.python = describe_python(workers, workers.engines[0], imports);
  note_silent_modules(catalog.kernels, catalog.python);
  if (interpreters.size() < 2) return catalog;
  for (const std::string& interpreter : interpreters) {
    PythonEngine engine = stock_engine(workers, interpreter);
    PythonDescription description = describe_python(workers, engine, imports);
    note_silent_modules(catalog.kernels, description);
    engine.label = label_for(description.version, workers.engines);
    catalog.further_engines.push_back({engine.label, std::move(description)});
    workers.engines.push_back(std::move(engine));
  }
  return catalog;
}

}  // namespace gapmeter
