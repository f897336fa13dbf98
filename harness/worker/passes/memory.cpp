// The memory pass: what one call adds to the resident memory of a fresh process and of those that
// it starts, and of a command the most that it has with all of its processes.
#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <stdexcept>
#include <utility>

#include "harness/sys/memory.h"
#include "harness/sys/own_peak.h"
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

// What a call takes at its most, over what there was before it.
class PeakOfCall {
 public:
  explicit PeakOfCall(std::int64_t baseline_bytes)
      : baseline_bytes_(baseline_bytes), baseline_shared_bytes_(SampledPeak::bytes_now()) {}

  // The system keeps the high-water mark of this process, unless it may not be reset. That of the
  // processes that the call starts is known from samples only.
  void measure(PreparedCall& call, MemoryUse& memory) const {
    const bool is_kept = reset_peak();
    SampledPeak samples(/*counts_alone=*/!is_kept);
    call.run(1);
    const std::int64_t sampled = samples.bytes() - baseline_shared_bytes_;
    const std::optional<std::int64_t> kept = is_kept ? peak_resident_bytes() : std::nullopt;
    if (kept) memory.peak_bytes = *kept - baseline_bytes_;
    memory.peak_from = PeakFrom::process;
    if (kept && !samples.has_seen_children()) return;
    memory.peak_bytes = std::max(sampled, memory.peak_bytes.value_or(sampled));
    memory.peak_from = PeakFrom::sampled;
  }

 private:
  std::int64_t baseline_bytes_, baseline_shared_bytes_;
};

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
  const std::optional<std::int64_t> baseline = resident_bytes();
  if (!baseline) throw std::runtime_error("resident memory can't be read from /proc here");
  const auto increment = [&](std::optional<std::int64_t> bytes) -> std::optional<std::int64_t> {
    if (!bytes) return std::nullopt;
    return *bytes - *baseline;
  };
  Measurement measurement;
  MemoryUse memory{.baseline_bytes = *baseline};
  const PeakOfCall peak(*baseline);
  {
    auto inputs = make_inputs(context, task.n);
    measurement.input_digest = digest_text(*inputs);
    const auto call = lane.prepare(kernel, task.variant, std::move(inputs));
    call->restore(1);
    settle(lane);
    memory.input_bytes = increment(resident_bytes());
    peak.measure(*call, memory);
  }
  settle(lane);
  memory.retained_bytes = increment(resident_bytes());
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
  const PeakFrom from = peak.sampled_because.empty() ? PeakFrom::traced : PeakFrom::sampled;
  return {.input_digest = task.input_digest,
          .memory = MemoryUse{.peak_bytes = peak.bytes, .peak_from = from}};
}

}  // namespace gapmeter
