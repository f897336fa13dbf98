// Who uses the processors, as /proc accounts it.
#pragma once

#include <map>
#include <optional>
#include <string>

namespace gapmeter {

// Where the processors' time went, from boot on: to compare before with after.
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
