// Is this machine fit to measure: facts in, findings with advice out. Pure functions.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "harness/model/run_facts.h"
#include "harness/sys/control_groups.h"
#include "harness/sys/processor.h"
#include "harness/sys/processor_times.h"

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

// `cost_ns`: of reading it twice.
Finding examine_clock(double cost_ns, const MachineFacts& machine);
// What a run warns of: a clock so coarse that batches are longer than usual. Empty of any other.
std::string warning_about_clock(std::int64_t step_ns, std::int64_t batch_ns);

// A sentence on a quota that was used up, and what to do.
std::string describe_throttling(const Throttling& throttled);
inline constexpr const char* throttling_advice =
    "give the container more processor time, or no quota";

// What others did to the measuring processor, and to its core, between two moments.
struct Watch {
  Processor processor{};  // that measures
  ProcessorTimes before{}, after{};
  double watched_s = 0;
  std::optional<Throttling> throttled{};  // where a control group has a quota
};
std::vector<Finding> examine_disturbance(const Watch& watch);

}  // namespace gapmeter
