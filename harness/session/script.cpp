#include "harness/session/script.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <system_error>

#include "build_info.h"
#include "harness/base/installation.h"
#include "harness/base/text.h"
#include "harness/sys/process.h"

namespace gapmeter {
namespace {

std::vector<std::string> command_of(const std::string& name,
                                    const std::vector<std::string>& arguments) {
  std::vector<std::string> command{GAPMETER_PYTHON_EXECUTABLE,
                                   (data_dir() / "gapmeter_report").string(), name};
  command.insert(command.end(), arguments.begin(), arguments.end());
  return command;
}

}  // namespace

void become_script(const std::string& name, const std::vector<std::string>& arguments) {
  std::vector<std::string> command = command_of(name, arguments);
  std::vector<char*> pointers;
  pointers.reserve(command.size() + 1);
  for (std::string& argument : command) pointers.push_back(argument.data());
  pointers.push_back(nullptr);
  execv(pointers[0], pointers.data());
  throw std::runtime_error(
      fmt::format("{} can't be started: {}", command[0], std::strerror(errno)));
}

std::string run_script(const std::string& name, const std::vector<std::string>& arguments) {
  constexpr double patience_s = 300;
  try {
    const ProcessResult result =
        run_process({.arguments = command_of(name, arguments), .timeout_s = patience_s});
    if (result.end == ProcessResult::End::exited && result.code == 0) return "";
    return one_line(result.output.empty() ? "it ended without a word" : result.output);
  } catch (const std::system_error& error) {
    return error.what();
  }
}

}  // namespace gapmeter
