// Which processes use the processors, according to /proc.
#pragma once

#include <map>
#include <optional>
#include <string>

namespace gapmeter {

// How the processors' time has been spent since boot. Compare two of these to see an interval.
struct ProcessorTimes {
  std::optional<double> stolen_s{};  // from the measuring processor, by the hypervisor
  struct Use {
    double used_s = 0;
    bool on_measuring_cpu = false;  // when it was last seen
  };
  std::map<std::string, Use> processes{};  // all but this one, as "name (pid)"
};
ProcessorTimes processor_times(int cpu);

}  // namespace gapmeter
