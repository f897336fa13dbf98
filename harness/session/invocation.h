// How this program was called, besides the options.
#pragma once

#include <string>
#include <vector>

#include "harness/sys/interrupts.h"
#include "harness/sys/built_program.h"

namespace gapmeter {

struct Invocation {
  std::vector<std::string> arguments;  // argv as given
  const BuiltProgram& program;         // this one
  const Interrupts& interrupts;
};

}  // namespace gapmeter
