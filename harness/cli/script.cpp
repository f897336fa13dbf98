#include "harness/cli/script.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <stdexcept>

#include "build_info.h"

namespace gapmeter {

void become_script(const std::string& name, const std::vector<std::string>& arguments) {
  std::vector<std::string> command{GAPMETER_PYTHON_EXECUTABLE,
                                   fmt::format("{}/{}", GAPMETER_SCRIPTS_DIR, name)};
  command.insert(command.end(), arguments.begin(), arguments.end());
  std::vector<char*> pointers;
  for (std::string& argument : command) pointers.push_back(argument.data());
  pointers.push_back(nullptr);
  execv(pointers[0], pointers.data());
  throw std::runtime_error(
      fmt::format("{} can't be started: {}", command[0], std::strerror(errno)));
}

}  // namespace gapmeter
