// The memory pass: what one call adds to the resident memory of a fresh process, and of a command
// the most that it has with all of its processes.
#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <stdexcept>
#include <utility>

#include "harness/sys/memory.h"
#include "harness/sys/program_memory.h"
#include "harness/worker/command_call.h"
#include "harness/worker/passes/pass.h"

namespace gapmeter {
namespace {

// The call that precedes the baseline: small enough to add nothing, large enough to run every
// import and lazy initialisation.
constexpr std::size_t tiny_n = 16;

void settle(LaneRunner& lane) {
  lane.collect_garbage();
  release_free_memory();
}

}  // namespace

Measurement measure_memory(const PassContext& context) {
  const auto& [task, kernel, lane, turn] = context;
  disable_huge_pages();
  {
    auto inputs = make_inputs(context, std::min(tiny_n, task.n));
    const auto call = lane.prepare(kernel, task.variant, std::move(inputs));
    call->restore(1);
    call->run(1);
  }
  settle(lane);
  const int pid = lane.process();
  const std::optional<std::int64_t> baseline = resident_bytes(pid);
  if (!baseline) throw std::runtime_error("resident memory can't be read from /proc here");
  const auto increment = [&](std::optional<std::int64_t> bytes) -> std::optional<std::int64_t> {
    if (!bytes) return std::nullopt;
    return *bytes - *baseline;
  };
  Measurement measurement;
  MemoryUse memory{.baseline_bytes = *baseline};
  {
    auto inputs = make_inputs(context, task.n);
    measurement.input_digest = digest_text(*inputs);
    const auto call = lane.prepare(kernel, task.variant, std::move(inputs));
    call->restore(1);
    settle(lane);
    memory.input_bytes = increment(resident_bytes(pid));
    const bool peak_is_reset = reset_peak(pid);
    call->run(1);
    if (peak_is_reset) memory.peak_bytes = increment(peak_resident_bytes(pid));
  }
  settle(lane);
  memory.retained_bytes = increment(resident_bytes(pid));
  measurement.memory = memory;
  return measurement;
}

Measurement measure_command_memory(const CommandContext& context) {
  const CommandTask& task = context.task.command.value();
  const ProgramPeak peak = peak_of_program(program_of(task.command));
  if (!peak.sampled_because.empty()) {
    fmt::print(stderr, "its memory was sampled, since it could not be traced: {}\n",
               peak.sampled_because);
  }
  return {.input_digest = task.input_digest, .memory = MemoryUse{.peak_bytes = peak.bytes}};
}

}  // namespace gapmeter
