// The time pass: one round of batches, then single calls if they are long enough.
#include "harness/base/clock.h"
#include "harness/worker/passes/pass.h"
#include "harness/worker/single_calls.h"
#include "harness/worker/timing.h"

namespace gapmeter {
namespace {

// The time spent inside timed regions.
double timed_seconds(const Measurement& measurement) {
  const Timing& timing = *measurement.timing;
  double total_ns = timing.mean_ns * static_cast<double>(timing.batch.calls * timing.batches);
  if (measurement.single_calls) {
    for (const Histogram::Bucket& bucket : measurement.single_calls->calls.buckets()) {
      total_ns += static_cast<double>(bucket.lower_bound()) * static_cast<double>(bucket.times());
    }
  }
  return total_ns * 1e-9;
}

}  // namespace

Measurement measure_time(const PassContext& context) {
  const auto& [task, kernel, lane, turn] = context;
  const SteadyClock clock;
  const double started_s = clock.now_s();
  auto inputs = make_inputs(context, task.n);
  Measurement measurement{.input_digest = digest_text(*inputs)};
  const auto call = lane.prepare(kernel, task.variant.name, std::move(inputs));
  measurement.effort.prepare_s = clock.now_s() - started_s;
  measurement.metrics = call->metrics();
  measurement.timing = time_round(*call, task.timing, turn);
  const std::int64_t single_calls_ns = task.timing.single_calls_ns;
  if (single_calls_ns > 0 && measurement.timing->p50_ns >= shortest_single_call_ns) {
    measurement.single_calls = time_single_calls(*call, lane, single_calls_ns);
  }
  measurement.effort.timed_s = timed_seconds(measurement);
  return measurement;
}

}  // namespace gapmeter
