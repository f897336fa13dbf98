#include "harness/worker/command_call.h"

#include <utility>

namespace gapmeter {

Program program_of(const CommandSpec& command) {
  return {.executable = command.executable,
          .arguments = command.words,
          .input = command.input,
          .output = command.output};
}

void CommandCall::run(std::int64_t calls) {
  for (std::int64_t i = 0; i < calls; ++i) program_.run();
}

std::string output_of(CommandSpec command) {
  command.output.clear();
  CommandCall call(command);
  call.run(1);
  return call.output();
}

}  // namespace gapmeter
