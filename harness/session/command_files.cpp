#include "harness/session/command_files.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <stdexcept>
#include <system_error>

#include "harness/base/sizes.h"
#include "harness/base/text.h"
#include "harness/measure/task_outcome.h"
#include "harness/sys/files.h"
#include "harness/sys/program.h"

namespace gapmeter {
namespace {

namespace fs = std::filesystem;

void find_executable(CommandSpec& command, const std::string& whose) {
  try {
    command.executable = find_program(command.words.front());
  } catch (const std::invalid_argument& error) {
    throw std::invalid_argument(fmt::format("{}: {}", whose, error.what()));
  }
}

void check_input(const CommandTask& task, const std::string& whose) {
  const std::string& path = task.command.input;
  if (path.empty() || path == task.input_file || access(path.c_str(), R_OK) == 0) return;
  throw std::invalid_argument(
      fmt::format("{}: < {}: {}", whose, path, std::generic_category().message(errno)));
}

// Why there is no input; empty if it was made.
std::string why_not_made(const ProcessResult& result, const std::string& path, double timeout_s) {
  using End = ProcessResult::End;
  if (result.end == End::abandoned) throw std::runtime_error("interrupted");
  const std::string words = last_lines_of(result.output);
  const std::string said = words.empty() ? words : ": " + one_line(words);
  if (result.end == End::timed_out) {
    return fmt::format("was still running after {:g} s (--timeout){}", timeout_s, said);
  }
  if (result.end != End::exited) return "was killed" + said;
  if (result.code != 0) return fmt::format("exited with status {}{}", result.code, said);
  std::error_code error;
  return fs::is_regular_file(path, error) ? "" : "ended well, but made no {file}";
}

std::string make_input(const CommandSpec& command, const WorkerSettings& settings,
                       const std::string& path) {
  ProcessSpec spec{.arguments = command.words,
                   .environment = {},
                   .input = command.input,
                   .stdout_path = command.output,
                   .request = {},
                   .timeout_s = settings.timeout_s,
                   .cpus = {},
                   .memory_bytes = settings.memory_bytes,
                   .limits_each = false,
                   .abandon = settings.abandon};
  spec.arguments.front() = command.executable;
  try {
    return why_not_made(run_process(spec), path, settings.timeout_s);
  } catch (const std::system_error& error) {
    return error.what();
  }
}

// Where a word may name a Python module of the current directory, as in `python3 -m package.tool`
// and `uvicorn app:app`: its file or its package's.
std::vector<fs::path> files_of_module(const std::string& word) {
  std::string path = word.substr(0, word.find(':'));
  if (path.empty() || path.front() == '.' || path.find('/') != std::string::npos) return {};
  std::replace(path.begin(), path.end(), '.', '/');
  return {path + ".py", path + "/__init__.py"};
}

}  // namespace

void find_executables(std::vector<CellGroup>& groups) {
  for (CellGroup& group : groups) {
    for (PlannedVariant& planned : group.variants) {
      const std::string whose = to_string(planned.id);
      find_executable(planned.command->command, whose);
      find_executable(planned.command->reference, "the reference");
      check_input(*planned.command, whose);
    }
  }
}

std::vector<std::string> warnings_about(const std::vector<CellGroup>& groups) {
  std::vector<std::string> warnings;
  for (const PlannedVariant& planned : groups.front().variants) {
    const fs::path executable = planned.command->command.executable;
    if (executable.parent_path().filename() != "shims") continue;
    warnings.push_back(fmt::format(
        "{} runs {}, a script that looks for the right {} first, and that is timed, too: write the "
        "path of the program itself (pyenv which {})",
        to_string(planned.id), executable.string(), executable.filename().string(),
        executable.filename().string()));
  }
  return warnings;
}

InputFiles::InputFiles() {
  std::string name = (fs::temp_directory_path() / "gapmeter-XXXXXX").string();
  if (mkdtemp(name.data()) == nullptr) fail_on_file(name, "can't be created", errno);
  dir_ = name;
}

InputFiles::~InputFiles() {
  std::error_code error;  // nothing to be done about it
  fs::remove_all(dir_, error);
}

std::string InputFiles::path_of(std::size_t n) const {
  return (dir_ / fmt::format("{}", n)).string();
}

void InputFiles::make(const Commands& commands, const WorkerSettings& settings,
                      std::vector<CellGroup>& groups) const {
  for (CellGroup& group : groups) {
    const std::string path = path_of(group.n);
    CommandSpec command = filled_in(*commands.input, {.n = group.n, .file = path});
    find_executable(command, "--input");
    const std::string failure = make_input(command, settings, path);
    const std::string digest = failure.empty() ? digest_of_files({path}) : "";
    if (failure.empty()) group.working_set_bytes = fs::file_size(path);
    for (PlannedVariant& planned : group.variants) {
      planned.command->input_digest = digest;
      if (failure.empty()) continue;
      planned.settled = {.status = Status::error,
                         .reason = fmt::format("there is no input: --input {}", failure)};
    }
  }
}

CommandPlan plan_with_files(const Commands& commands, const Selection& selection) {
  CommandPlan plan{.inputs = commands.input ? std::make_unique<InputFiles>() : nullptr,
                   .groups = {}};
  plan.groups =
      plan_commands(commands, selection, [&](std::size_t n) { return plan.inputs->path_of(n); });
  find_executables(plan.groups);
  return plan;
}

std::string digest_of_command(const CommandSpec& command, const std::string& but_for) {
  std::vector<fs::path> files{command.executable};
  std::error_code error;
  for (const std::string& word : command.words) {
    if (word == but_for) continue;
    if (fs::is_regular_file(word, error)) files.emplace_back(word);
    for (const fs::path& module : files_of_module(word)) {
      if (fs::is_regular_file(module, error)) files.push_back(module);
    }
  }
  return digest_of_files(files);
}

KernelFacts describe_commands(const Commands& commands, const std::vector<CellGroup>& groups) {
  KernelFacts facts{.title = "whole programs, from their start to their exit",
                    .item = "item",
                    .reference = to_string(reference_of(commands).id)};
  if (const CommandVariant* baseline = baseline_of(commands)) {
    facts.baseline = to_string(baseline->id);
  }
  facts.commands.emplace();
  for (const PlannedVariant& planned : groups.back().variants) {
    const std::string name = to_string(planned.id);
    for (const CommandVariant& variant : commands.variants) {
      if (variant.id != planned.id) continue;
      (*facts.commands)[name] = {
          .text = variant.text,
          .executable = planned.command->command.executable,
          .digest = digest_of_command(planned.command->command, planned.command->input_file)};
    }
  }
  if (!commands.input) return facts;
  facts.input = commands.input_text;
  facts.input_digests.emplace();
  for (const CellGroup& group : groups) {
    (*facts.input_digests)[format_size(group.n)] = group.variants.front().command->input_digest;
  }
  return facts;
}

}  // namespace gapmeter
