// Parses argv and a configuration file into the command that they name.
#pragma once

#include <string>
#include <variant>

#include "harness/cli/command.h"

namespace gapmeter {

struct ParsedCommand {
  const Command* command;
  BoundCommand bound;
  std::string suite;  // the directory of the kernels that the command is about; empty: these here
};

// A command line with nothing to run: help or version (status 0), or wrong use (status 2). The text
// has been printed.
struct EarlyExit {
  int status;
};

std::variant<ParsedCommand, EarlyExit> parse_command_line(int argc, const char* const* argv);

}  // namespace gapmeter
