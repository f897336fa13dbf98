// How much memory a program needs, with all the processes that it starts.
#pragma once

#include <cstdint>
#include <string>

#include "harness/sys/program.h"

namespace gapmeter {

struct ProgramPeak {
  std::int64_t bytes = 0;
  // Why it was not traced, so that what lasted less than a sample's millisecond was missed; empty
  // if it was.
  std::string sampled_because{};
};

// Runs a program once. Its peak is the greater of two: the highest that any one of its processes
// had resident (VmHWM, read as the process ends, so exact however short it lived), and the highest
// that all of them had together, where pages that several share count once (Pss, read every few
// milliseconds and whenever one of them ends). Never ru_maxrss, which survives exec and shows the
// parent's size. Throws std::runtime_error as RepeatedProgram::run does.
//
// The program is traced for that (ptrace). Where that is not allowed, everything is sampled.
// Precondition: this process has no children.
ProgramPeak peak_of_program(const Program& program);

}  // namespace gapmeter
