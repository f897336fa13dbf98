// A program as users name it on a command line, LANE/NAME=COMMAND: a command or a server.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "harness/model/cell.h"

namespace gapmeter {

struct NamedProgram {
  VariantId id;
  std::string command;
};

// nullopt if the text does not begin with a name.
std::optional<NamedProgram> parse_named_program(std::string_view text);
// The same, but throws std::invalid_argument, which says what to write, with this example.
NamedProgram named_program(std::string_view text, std::string_view example);

}  // namespace gapmeter
