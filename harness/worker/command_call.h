// A command as something that can be timed: a call is a whole process, from its start to its exit.
#pragma once

#include <cstdint>
#include <string>

#include "harness/model/command_spec.h"
#include "harness/sys/program.h"
#include "harness/worker/lane_runner.h"

namespace gapmeter {

// The program that a command is. Precondition: its executable has been found.
Program program_of(const CommandSpec& command);

class CommandCall final : public TimedCall {
 public:
  explicit CommandCall(const CommandSpec& command) : program_(program_of(command)) {}

  // What a call wrote is forgotten before the next one, untimed.
  std::int64_t most_calls() const override { return 1; }
  void restore(std::int64_t /*calls*/) override { program_.clear(); }
  // Throws std::runtime_error if the command fails.
  void run(std::int64_t calls) override;

  // Of the last call.
  std::string output() const { return program_.output(); }

 private:
  RepeatedProgram program_;
};

// What a command prints, wherever it is directed. Throws std::runtime_error if it fails.
std::string output_of(CommandSpec command);

}  // namespace gapmeter
