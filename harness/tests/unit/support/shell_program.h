// A script as a program, for what starts programs.
#pragma once

#include <string>

#include "harness/sys/program.h"

namespace gapmeter::test {

inline Program shell_program(const std::string& script) {
  return {.executable = "/bin/sh", .arguments = {"sh", "-c", script}};
}

}  // namespace gapmeter::test
