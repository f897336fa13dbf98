// The time pass of a command: one round of whole processes, and in a cell's first round the output
// once more.
#include <fmt/format.h>

#include <filesystem>
#include <system_error>

#include "harness/base/parallel.h"
#include "harness/worker/command_call.h"
#include "harness/worker/output_text.h"
#include "harness/worker/passes/pass.h"
#include "harness/worker/probe.h"
#include "harness/worker/timing.h"

namespace gapmeter {
namespace {

// A command's processes run on any processor that this one may use.
Surroundings surroundings_of(const CommandContext& context) {
  std::error_code error;  // without an input
  const auto bytes = std::filesystem::file_size(context.task.command->input_file, error);
  return {.turn = context.turn,
          .probe = processors() == 1 ? probe : probe_every_processor,
          .refill_ns = refill_ns(error ? 0 : static_cast<double>(bytes)),
          .usage = UsageOf::children};
}

}  // namespace

Measurement measure_command_time(const CommandContext& context) {
  const CommandTask& task = context.task.command.value();
  CommandCall call(task.command);
  Measurement measurement{
      .input_digest = task.input_digest,
      .timing = time_round(call, context.task.timing, surroundings_of(context))};
  measurement.effort.timed_s = timed_seconds(*measurement.timing);
  if (task.command.output.empty()) {
    measurement.metrics = {{"output_bytes", static_cast<double>(call.output().size())}};
  }
  if (!context.task.verify_after) return measurement;
  const OutputCheck check =
      check_text(output_of(task.reference), output_of(task.command), task.tolerance);
  if (check.matches) return measurement;
  return {.status = Status::mismatch,
          .reason = fmt::format("after the timed calls, {}", check.difference),
          .input_digest = task.input_digest};
}

}  // namespace gapmeter
