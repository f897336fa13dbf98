// From argv and a configuration file to the command that they name.
#pragma once

#include <string>
#include <variant>

#include "harness/cli/command.h"

namespace gapmeter {

struct ParsedCommand {
  const Command* command;
  BoundCommand bound;
};

// A command line that asked for nothing to be done: help or version (status 0), or that is wrong
// (status 2). The text has been printed.
struct EarlyExit {
  int status;
};

std::variant<ParsedCommand, EarlyExit> parse_command_line(int argc, const char* const* argv);

}  // namespace gapmeter
