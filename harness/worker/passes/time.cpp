// The time pass: one round of batches, then single calls if they are long enough, and in a cell's
// first round the result once more. Of a command, whole processes.
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <string>
#include <system_error>

#include "harness/base/clock.h"
#include "harness/base/parallel.h"
#include "harness/sys/processor_wait.h"
#include "harness/worker/command_call.h"
#include "harness/worker/output_text.h"
#include "harness/worker/passes/pass.h"
#include "harness/worker/probe.h"
#include "harness/worker/single_calls.h"
#include "harness/worker/timing.h"
#include "harness/worker/verification.h"

namespace gapmeter {
namespace {

// The time spent inside timed regions.
double timed_seconds_of(const Measurement& measurement) {
  double total_ns = 0;
  if (measurement.single_calls) {
    for (const Histogram::Bucket& bucket : measurement.single_calls->calls.buckets()) {
      total_ns += static_cast<double>(bucket.lower_bound()) * static_cast<double>(bucket.times());
    }
  }
  return timed_seconds(*measurement.timing) + total_ns * 1e-9;
}

Surroundings surroundings_of(const PassContext& context) {
  const auto data_bytes = static_cast<double>(working_set_bytes(context.kernel, context.task.n));
  Surroundings around{.turn = context.turn,
                      .probe = context.task.threads == 1 ? probe : probe_every_processor,
                      .refill_ns = refill_ns(data_bytes),
                      .usage = [&context] { return context.lane.usage(); },
                      .pace = context.lane.pace()};
  // Only of a process that can't take the processor from itself: the measured code must have no
  // part in the choice of slices.
  if (const int pid = context.lane.process(); has_only_one_thread(pid)) {
    around.waited_ns = [wait = std::make_shared<ProcessorWait>(pid)] { return wait->ns(); };
  }
  return around;
}

// What is wrong with a call after so many others; nothing if its result is still right. Inputs and
// the reference's results are made anew: while calls were timed nothing of them was there.
std::string found_after_timing(const PassContext& context, PreparedCall& call) {
  const auto inputs = make_inputs(context, context.task.n);
  const OutputCheck check =
      check_result(context.kernel, *inputs, reference_results(context.kernel, inputs), call);
  if (check.matches) return "";
  return fmt::format("after the timed calls, {}: {}", check.difference, start_from_the_same);
}

}  // namespace

Measurement measure_time(const PassContext& context) {
  const auto& [task, kernel, lane, turn] = context;
  const SteadyClock clock;
  const double started_s = clock.now_s();
  auto inputs = make_inputs(context, task.n);
  Measurement measurement{.input_digest = digest_text(*inputs)};
  const auto call = lane.prepare(kernel, task.variant, std::move(inputs));
  measurement.effort.prepare_s = clock.now_s() - started_s;
  measurement.metrics = call->metrics();
  Surroundings around = surroundings_of(context);
  if (around.pace.is_warming_up) {
    around.warmed_up = [&](double s) { measurement.metrics.push_back({"warm_up_s", s}); };
  }
  measurement.timing = time_round(*call, task.timing, around);
  const std::int64_t single_calls_ns = task.timing.single_calls_ns;
  const bool are_wanted =
      single_calls_ns > 0 && measurement.timing->p50_ns >= shortest_single_call_ns;
  if (are_wanted && (!turn || turn())) {
    measurement.single_calls = time_single_calls(*call, lane, single_calls_ns);
  }
  measurement.effort.timed_s = timed_seconds_of(measurement);
  if (!task.verify_after) return measurement;
  if (const std::string found = found_after_timing(context, *call); !found.empty()) {
    return {.status = Status::mismatch, .reason = found, .input_digest = measurement.input_digest};
  }
  return measurement;
}

namespace {

rusage usage_of_programs() {
  rusage usage{};
  getrusage(RUSAGE_CHILDREN, &usage);
  return usage;
}

// A command's processes run on any processor that this one may use.
Surroundings surroundings_of(const CommandContext& context) {
  std::error_code error;  // without an input
  const auto bytes = std::filesystem::file_size(context.task.command->input_file, error);
  return {.turn = context.turn,
          .probe = processors() == 1 ? probe : probe_every_processor,
          .refill_ns = refill_ns(error ? 0 : static_cast<double>(bytes)),
          .usage = usage_of_programs,
          .runs_programs = true};
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
