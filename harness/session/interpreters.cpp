#include "harness/session/interpreters.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <stdexcept>
#include <string_view>

#include "harness/base/channel.h"
#include "harness/base/installation.h"
#include "harness/measure/catalog.h"
#include "harness/measure/task_outcome.h"
#include "harness/session/loop_module.h"
#include "harness/sys/program.h"

namespace gapmeter {
namespace {

bool is_plain(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
         c == '_' || c == '-';
}

// The path of an interpreter that is given without one.
std::string on_path(const std::string& name) {
  if (name.find('/') != std::string::npos) return name;
  try {
    return find_program(name);
  } catch (const std::invalid_argument& error) {
    throw UnknownName(fmt::format("--interpreter: {}", error.what()));
  }
}

// Not what the user's variables say, no bytecode beside the kernels, and paths in UTF-8: as the
// embedded interpreter.
std::vector<std::string> command_of(const std::string& path) {
  return {path, "-E", "-X", "utf8", "-B", "-u", (data_dir() / "python" / "engine.py").string()};
}

// Older ones read neither the kernels' modules nor gapmeter's.
constexpr std::array oldest_version{3, 8, 0};

InterpreterIdentity identity_of(const std::string& path, double timeout_s) {
  std::vector<std::string> command = command_of(path);
  command.emplace_back("identify");
  const ProcessResult result = run_process({.arguments = command, .timeout_s = timeout_s});
  try {
    if (result.end == ProcessResult::End::exited && result.code == 0 && !result.answer.empty()) {
      InterpreterIdentity identity = parse_identity(result.answer);
      if (identity.version >= oldest_version) return identity;
      throw std::runtime_error("it is too old");
    }
    throw std::runtime_error(why_no_answer(result, timeout_s));
  } catch (const std::runtime_error& error) {
    throw std::runtime_error(fmt::format(
        "the Python lane does not start with {}: {} (it can be CPython from {}.{} on, or "
        "PyPy of that version)",
        path, error.what(), oldest_version[0], oldest_version[1]));
  }
}

std::string up_to_dot(const std::string& version, int dots) {
  std::size_t end = 0;
  for (; dots > 0 && end != std::string::npos; --dots) end = version.find('.', end + 1);
  return version.substr(0, end);
}

constexpr int levels = 3;

// More on each level: the version, the patch level, the environment.
std::string label_of(const PythonDescription& python, int level) {
  std::string label = python.implementation == "cpython" ? "" : python.implementation;
  label += level == 0 ? up_to_dot(python.version, 2) : python.version;
  if (python.free_threaded) label += "t";
  if (level == 2 && !python.environment.empty()) {
    label += "-";
    for (const char c : python.environment) label += is_plain(c) ? c : '_';
  }
  return label;
}

}  // namespace

WantedInterpreter parse_interpreter(const std::string& text) {
  const std::size_t equals = text.find('=');
  const bool is_named =
      equals != std::string::npos && equals > 0 &&
      std::all_of(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(equals), is_plain);
  const std::string path = is_named ? text.substr(equals + 1) : text;
  if (path.empty()) {
    throw UnknownName("--interpreter: give the path of an interpreter, or NAME=PATH");
  }
  return {.name = is_named ? text.substr(0, equals) : "", .path = on_path(path)};
}

PythonEngine stock_engine(const WorkerSettings& workers, const std::string& path) {
  const LoopModule loop = loop_module_for(identity_of(path, workers.timeout_s));
  PythonEngine engine{.label = "",
                      .command = {workers.native_command.front(), worker_argument},
                      .program = path,
                      .why_portable = loop.why_not};
  const std::vector<std::string> command = command_of(path);
  engine.command.insert(engine.command.end(), command.begin(), command.end());
  engine.command.push_back(loop.file.string());
  return engine;
}

std::vector<std::string> labels_of(const std::vector<LabelledEngine>& engines) {
  std::vector<std::string> labels;
  for (const auto& [name, python] : engines) {
    labels.push_back(name.empty() ? label_of(*python, 0) : name);
  }
  for (int level = 1; level <= levels; ++level) {
    const std::vector<std::string> before = labels;
    for (std::size_t i = 0; i < labels.size(); ++i) {
      if (std::count(before.begin(), before.end(), before[i]) == 1) continue;
      if (level == levels) {
        throw UnknownName(
            fmt::format("--interpreter: two of them are {}; give them names, as in one={}",
                        before[i], engines[i].python->executable));
      }
      if (engines[i].name.empty()) labels[i] = label_of(*engines[i].python, level);
    }
  }
  return labels;
}

}  // namespace gapmeter
