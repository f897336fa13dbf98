// How this program was called, besides the options.
#pragma once

#include <string>
#include <vector>

#include "harness/sys/interrupts.h"

namespace gapmeter {

struct Invocation {
  std::vector<std::string> arguments;  // argv as given
  std::string python_dir;              // where the .py files of this program's kernels are
  const Interrupts& interrupts;
};

}  // namespace gapmeter
