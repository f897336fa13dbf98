#include "harness/session/script.h"

#include <system_error>

#include "build_info.h"
#include "harness/base/installation.h"
#include "harness/base/text.h"
#include "harness/sys/process.h"

namespace gapmeter {
namespace {

std::vector<std::string> command_of(const std::string& name,
                                    const std::vector<std::string>& arguments) {
  std::vector<std::string> command{GAPMETER_PYTHON_EXECUTABLE, "-X", "utf8",
                                   (data_dir() / "gapmeter_report").string(), name};
  command.insert(command.end(), arguments.begin(), arguments.end());
  return command;
}

}  // namespace

void become_script(const std::string& name, const std::vector<std::string>& arguments) {
  become_process(GAPMETER_PYTHON_EXECUTABLE, command_of(name, arguments));
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
