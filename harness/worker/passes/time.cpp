// The time pass: one round of batches, then single calls if they are long enough, and in a cell's
// first round the result once more. Of a command, whole processes. Of a server, an open loop.
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <string>
#include <system_error>

#include "harness/base/clock.h"
#include "harness/sys/affinity.h"
#include "harness/sys/processor_wait.h"
#include "harness/worker/command_call.h"
#include "harness/worker/output_text.h"
#include "harness/worker/passes/pass.h"
#include "harness/worker/probe.h"
#include "harness/worker/server_load.h"
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

// What is so for every variant.
Surroundings surroundings(const Turn& turn) {
  return {.turn = turn,
          .clock_step_ns = clock_step_ns(),
          .by_google_benchmark = can_google_benchmark_run("/sys/devices/system/cpu/cpu0/cache")};
}

Surroundings surroundings_of(const PassContext& context) {
  const auto data_bytes = static_cast<double>(working_set_bytes(context.kernel, context.task.n));
  Surroundings around = surroundings(context.turn);
  around.probe = context.task.threads == 1 ? probe : probe_every_processor;
  around.refill_ns = refill_ns(data_bytes);
  around.usage = [&context] { return context.lane.usage(); };
  around.pace = context.lane.pace();
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
  measurement.effort.prepare_s = std::max(0.0, clock.now_s() - started_s);
  measurement.metrics = call->metrics();
  Surroundings around = surroundings_of(context);
  if (around.pace.is_warming_up) {
    around.warmed_up = [&](double s) { measurement.metrics.push_back({"warm_up_s", s}); };
  }
  measurement.timing = time_round(*call, task.timing, around);
  const std::int64_t single_calls_ns = task.timing.single_calls_ns;
  const bool are_wanted = single_calls_ns > 0 && measurement.timing->p50_ns >=
                                                     shortest_single_call_ns(around.clock_step_ns);
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
  Surroundings around = surroundings(context.turn);
  around.probe = allowed_cpus().size() == 1 ? probe : probe_every_processor;
  around.refill_ns = refill_ns(error ? 0 : static_cast<double>(bytes));
  around.usage = usage_of_programs;
  around.runs_programs = true;
  return around;
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

namespace {

// On the server's processors, while it is idle.
std::int64_t probe_for(const ServerTask& task) {
  if (task.server_cpus.empty()) return probe_every_processor();
  run_on(task.server_cpus);
  const std::int64_t reading = task.server_cpus.size() == 1 ? probe() : probe_every_processor();
  become_client(task);
  return reading;
}

// Of each request that was answered.
ProcessTimes used_between(const ProcessorUse& before, const ProcessorUse& after,
                          std::int64_t requests) {
  const auto count = static_cast<double>(std::max(std::int64_t{1}, requests));
  return {.user_s = std::max(0.0, after.user_s - before.user_s) / count,
          .system_s = std::max(0.0, after.system_s - before.system_s) / count};
}

double mean_of(const Histogram& histogram) {
  double sum = 0;
  for (const Histogram::Bucket& bucket : histogram.buckets()) {
    sum += static_cast<double>(bucket.lower_bound()) * static_cast<double>(bucket.times());
  }
  return sum / static_cast<double>(histogram.count());
}

// A round is one slice, whose time per call is the median.
Timing timing_of(const Histogram& latencies, Slice slice) {
  Timing timing{.calls = 1,
                .batches = latencies.count(),
                .min_ns = latencies.quantile(0).value(),
                .p10_ns = latencies.quantile(0.1).value(),
                .p50_ns = latencies.quantile(0.5).value(),
                .mean_ns = mean_of(latencies)};
  slice.call_ns = timing.p50_ns;
  timing.slices = {slice};
  return timing;
}

Load load_of(const OpenLoopResult& result, const Task& task) {
  const double length_s = static_cast<double>(result.requests) / static_cast<double>(task.n);
  return {.requests = result.requests,
          .achieved_per_s = static_cast<double>(result.answered) / length_s,
          .errors = result.errors,
          .timeouts = result.timeouts,
          .client_lag_p99_ns = result.lags.quantile(0.99).value_or(0),
          .connections = result.connections,
          .capacity_per_s = task.server->capacity_per_s,
          .shared_processors = task.server->are_shared ? 1 : 0};
}

ServerRound ask_for_a_round(RunningServer& server, const Task& task) {
  const ProcessorUse before = processor_use_of(server.processes());
  OpenLoopResult result =
      load_server(server, task, task.server->least_s, task.server->least_requests);
  const ProcessorUse after = processor_use_of(server.processes());
  if (result.latencies.count() == 0) {
    throw std::runtime_error("no request was answered: " + result.first_error);
  }
  const Load load = load_of(result, task);
  const ProcessTimes used = used_between(before, after, result.answers);
  return {std::move(result), load, used};
}

}  // namespace

// It starts when its turn has come: servers run one after the other.
Measurement measure_server_time(const ServerContext& context) {
  const ServerTask& task = context.task.server.value();
  if (context.turn && !context.turn()) throw std::runtime_error("stopped before its turn");
  become_client(task);
  RunningServer server(task);
  Measurement measurement{.input_digest = digest_text(task)};
  measurement.effort.prepare_s = server.start_s();
  measurement.metrics = {{"start_s", server.start_s()}};
  Slice slice{.probe_before = probe_for(task)};
  const SteadyClock clock;
  const double began_s = clock.now_s();
  const ServerRound round =
      ask_until_in_time(context.task.n, [&] { return ask_for_a_round(server, context.task); });
  measurement.effort.timed_s = clock.now_s() - began_s;
  slice.probe_after = probe_for(task);
  measurement.timing = timing_of(round.result.latencies, slice);
  measurement.timing->processes = round.processes;
  measurement.single_calls =
      SingleCalls{.calls = round.result.latencies, .clock_ns = clock_cost_ns()};
  measurement.load = round.load;
  server.end();
  return measurement;
}

}  // namespace gapmeter
