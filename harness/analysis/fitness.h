// Is this machine fit to measure: facts in, findings with advice out. Pure functions.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "harness/model/run_facts.h"

namespace gapmeter {

struct Finding {
  enum class Level { good, note, bad };
  Level level = Level::good;
  std::string what;
  std::string advice{};  // what to do about it; empty where there is nothing to do
};

std::vector<Finding> examine_machine(const MachineFacts& machine);
// Of the build and the interpreter, as run.json has them.
std::vector<Finding> examine_build(const BuildFacts& build, const EngineFacts& python);

struct ClockFacts {
  double resolution_ns = 0;
  double cost_ns = 0;  // of reading it twice
};
Finding examine_clock(const ClockFacts& clock, const MachineFacts& machine);

// What others did to the measuring processor during `watched_s` seconds.
struct Disturbance {
  double watched_s = 0;
  std::optional<double> stolen_s{};
  std::vector<std::pair<std::string, double>> others{};  // processes, and the seconds they used
};
std::vector<Finding> examine_disturbance(const Disturbance& disturbance);

}  // namespace gapmeter
