// The memory pass of a command: the most that it has with all of its processes.
#include <fmt/format.h>

#include <cstdio>

#include "harness/sys/program_memory.h"
#include "harness/worker/command_call.h"
#include "harness/worker/passes/pass.h"

namespace gapmeter {

Measurement measure_command_memory(const CommandContext& context) {
  const CommandTask& task = context.task.command.value();
  const ProgramPeak peak = peak_of_program(program_of(task.command));
  if (!peak.sampled_because.empty()) {
    fmt::print(stderr, "its memory was sampled, since it could not be traced: {}\n",
               peak.sampled_because);
  }
  return {.input_digest = task.input_digest, .memory = MemoryUse{.peak_bytes = peak.bytes}};
}

}  // namespace gapmeter
