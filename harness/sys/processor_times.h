// Which processes use the processors, according to /proc.
#pragma once

#include <filesystem>
#include <map>
#include <string>

namespace gapmeter {

// How the processors' time has been spent since boot. Compare two of these to see an interval.
struct ProcessorTimes {
  // Of one processor.
  struct Cpu {
    double busy_s = 0;
    double stolen_s = 0;  // by the hypervisor
  };
  std::map<int, Cpu> cpus{};
  struct Use {
    std::string name{};  // which a process may change, and threads of the kernel do
    double used_s = 0;
    int cpu = -1;  // when it was last seen
  };
  std::map<int, Use> processes{};  // all but this one, by their numbers
};
// `proc`: where /proc is.
ProcessorTimes processor_times(const std::filesystem::path& proc = "/proc");

}  // namespace gapmeter
