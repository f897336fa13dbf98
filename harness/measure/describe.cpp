#include "harness/measure/describe.h"

#include <fmt/format.h>

#include <filesystem>
#include <set>
#include <stdexcept>
#include <system_error>
#include <vector>

#include "harness/sys/parallel.h"
#include "harness/base/text.h"
#include "harness/measure/task_runner.h"

namespace gapmeter {
namespace {

// The description of one module, or of all for an empty name.
PythonDescription ask(const WorkerSettings& settings, const PythonEngine& engine,
                      const std::string& module) {
  const WorkerReply reply = ask_worker(settings, engine.command, DescribeRequest{module}, 1,
                                       "describing the Python variants");
  const ProcessResult& process = reply.process;
  if (process.end != ProcessResult::End::exited || process.code != 0 || process.answer.empty()) {
    throw std::runtime_error(interpret(process, reply.nonce, settings.timeout_s).reason);
  }
  PythonDescription description = decode_description(process.answer, reply.nonce);
  for (auto& problem : description.problems) problem.text = one_line(problem.text);
  return description;
}

// Each module in a worker of its own, so that one that ends or hangs its worker affects only
// itself.
PythonDescription describe_one_by_one(const WorkerSettings& settings, const PythonEngine& engine) {
  PythonDescription whole = ask(settings, engine, "no module at all");
  std::set<std::string> stems;
  for (const auto& entry : std::filesystem::directory_iterator(settings.python_dir)) {
    if (entry.path().extension() == ".py") stems.insert(entry.path().stem().string());
  }
  whole.modules.assign(stems.begin(), stems.end());
  std::vector<PythonDescription> parts(whole.modules.size());
  in_parallel(parts.size(), [&](std::size_t i) {
    const std::string& stem = whole.modules[i];
    try {
      parts[i] = ask(settings, engine, stem);
    } catch (const std::runtime_error& error) {
      parts[i].problems.push_back(
          {stem, fmt::format("{}.py can't be imported: {}", stem, error.what())});
    }
  });
  for (const PythonDescription& part : parts) {
    whole.variants.insert(whole.variants.end(), part.variants.begin(), part.variants.end());
    whole.problems.insert(whole.problems.end(), part.problems.begin(), part.problems.end());
  }
  return whole;
}

}  // namespace

NativeDescription describe_native(const WorkerSettings& settings) {
  const WorkerReply reply =
      ask_worker(settings, settings.native_command, DescribeRequest{}, 1, "describing the kernels");
  const ProcessResult& process = reply.process;
  try {
    if (!process.answer.empty()) return decode_native_description(process.answer, reply.nonce);
    throw std::runtime_error(interpret(process, reply.nonce, settings.timeout_s).reason);
  } catch (const std::runtime_error& error) {
    throw std::runtime_error(
        fmt::format("{} does not answer as a gapmeter of this version does: {}",
                    settings.native_command.front(), error.what()));
  }
}

PythonDescription describe_python(const WorkerSettings& settings, const PythonEngine& engine,
                                  Imports imports) {
  try {
    if (imports == Imports::together) return ask(settings, engine, "");
  } catch (const std::system_error&) {
    throw;
  } catch (const std::runtime_error&) {
  }
  try {
    return describe_one_by_one(settings, engine);
  } catch (const std::system_error&) {
    throw;
  } catch (const std::runtime_error& error) {
    throw std::runtime_error(
        fmt::format("the Python lane does not start with {}: {}", engine.program, error.what()));
  }
}

}  // namespace gapmeter
