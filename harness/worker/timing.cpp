#include "harness/worker/timing.h"

#include <benchmark/benchmark.h>
#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <exception>
#include <functional>
#include <iterator>
#include <stdexcept>
#include <vector>

#include "harness/base/statistics.h"

namespace gapmeter {
namespace {

// Batches up to this length fit between the machine's interruptions often enough for a low quantile
// to see it undisturbed.
constexpr double short_batch_ns = 50'000;
// More batches than this do not make a quantile more precise, and cost memory.
constexpr std::int64_t most_batches = 20'000;
constexpr int calibrations = 3;

double seconds_of(PreparedCall& call, std::int64_t calls) {
  using Steady = std::chrono::steady_clock;
  const Steady::time_point start = Steady::now();
  call.run(calls);
  return std::chrono::duration<double>(Steady::now() - start).count();
}

// Google Benchmark reports by printing. Here its reports are only counted, to detect that nothing
// ran.
class SilentReporter final : public benchmark::BenchmarkReporter {
 public:
  bool ReportContext(const Context& /*context*/) override { return true; }
  void ReportRuns(const std::vector<Run>& runs) override { reports_ += runs.size(); }
  std::size_t reports() const { return reports_; }

 private:
  std::size_t reports_ = 0;
};

// Runs `body` as the only registered benchmark. Catches exceptions inside and rethrows them outside
// of Google Benchmark, which is not exception-safe.
void run_benchmark(const std::function<void(benchmark::State&)>& body,
                   const std::function<void(benchmark::internal::Benchmark&)>& configure) {
  std::exception_ptr failure;
  const auto guarded = [&](benchmark::State& state) {
    try {
      body(state);
    } catch (...) {
      failure = std::current_exception();
      state.SkipWithError("the call failed");
    }
  };
  benchmark::internal::Benchmark* registered = benchmark::RegisterBenchmark("call", guarded);
  registered->UseManualTime();
  configure(*registered);
  SilentReporter reporter;
  benchmark::RunSpecifiedBenchmarks(&reporter, "call");
  benchmark::ClearRegisteredBenchmarks();
  if (failure) std::rethrow_exception(failure);
  if (reporter.reports() == 0) throw std::logic_error("Google Benchmark ran nothing");
}

// How many calls take at least batch_seconds: Google Benchmark's own search.
std::int64_t calibrate(PreparedCall& call, double batch_seconds) {
  std::int64_t calls = 1;
  const auto body = [&](benchmark::State& state) {
    calls = static_cast<std::int64_t>(state.max_iterations);
    while (state.KeepRunningBatch(state.max_iterations)) {
      state.SetIterationTime(seconds_of(call, calls));
    }
  };
  // An interruption in the middle of the search ends it too early, so the largest of several
  // answers is the right one.
  std::int64_t most = 1;
  for (int i = 0; i < calibrations; ++i) {
    run_benchmark(body, [&](auto& benchmark) { benchmark.MinTime(batch_seconds); });
    most = std::max(most, calls);
  }
  return most;
}

// What the system counts for this process, to compare before with after.
rusage usage_now() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return usage;
}

struct TimedBatches {
  std::vector<double> seconds;
  rusage before{};
  rusage after{};
};

// `before_batch` is called with the number of each batch.
template <class Before>
TimedBatches time_batches(PreparedCall& call, std::int64_t calls, std::int64_t batches,
                          const Before& before_batch) {
  // Filled with ones, so that every page has been touched before the first batch.
  TimedBatches timed{.seconds = std::vector<double>(static_cast<std::size_t>(batches), 1.0)};
  const auto body = [&](benchmark::State& state) {
    timed.before = usage_now();
    std::size_t batch = 0;
    for ([[maybe_unused]] auto iteration : state) {
      before_batch(batch);
      timed.seconds[batch] = seconds_of(call, calls);
      state.SetIterationTime(timed.seconds[batch]);
      ++batch;
    }
    timed.after = usage_now();
  };
  run_benchmark(body, [&](auto& benchmark) { benchmark.Iterations(batches); });
  return timed;
}

// The figure of each slice of `slice_size` batches, in nanoseconds per call.
std::vector<double> slices_of(std::span<const double> batch_seconds, std::size_t slice_size,
                              const BatchPlan& batch) {
  std::vector<double> estimates;
  for (std::size_t start = 0; start < batch_seconds.size(); start += slice_size) {
    estimates.push_back(
        summarize_batches(batch_seconds.subspan(start, slice_size), batch.calls, batch.estimator)
            .latency_ns);
  }
  return estimates;
}

}  // namespace

Timing time_round(PreparedCall& call, const TimingSpec& spec, const Turn& turn) {
  const double batch_seconds = static_cast<double>(spec.batch_ns) * 1e-9;
  const double round_seconds = static_cast<double>(spec.round_ns) * 1e-9;
  // The first call is a warm-up: it pays for what later ones find ready (caches, branch predictors,
  // specialised bytecode). The second one shows how long a call takes from then on. If a call is as
  // long as a round, a second one is not worth its time.
  double one_call = seconds_of(call, 1);
  if (one_call < round_seconds) one_call = seconds_of(call, 1);
  std::int64_t calls = 1;
  if (spec.batch) {
    calls = spec.batch->calls;
  } else if (one_call < batch_seconds) {
    calls = calibrate(call, batch_seconds);
  }
  const double one_batch = calls == 1 ? one_call : seconds_of(call, calls);
  const double wanted =
      std::clamp(round_seconds / one_batch, 1.0, static_cast<double>(most_batches));
  const auto estimator = spec.batch ? std::optional(spec.batch->estimator) : std::nullopt;
  TimedBatches timed;
  Timing timing;
  if (spec.slices) {
    const auto slice_size = static_cast<std::size_t>(spec.slices->batches);
    const auto begin_slice = [&](std::size_t batch) {
      if (batch % slice_size != 0) return;
      if (turn) turn();
      // Not before a slice of a single call: half of the time would go to untimed calls.
      if (slice_size * static_cast<std::size_t>(calls) > 1) call.run(1);
    };
    timed = time_batches(call, calls, spec.slices->slices * spec.slices->batches, begin_slice);
    timing = summarize_batches(timed.seconds, calls, estimator);
    timing.slice_ns = slices_of(timed.seconds, slice_size, timing.batch);
  } else {
    timed = time_batches(call, calls, std::llround(wanted), [](std::size_t) {});
    timing = summarize_batches(timed.seconds, calls, estimator);
  }
  timing.involuntary_switches = timed.after.ru_nivcsw - timed.before.ru_nivcsw;
  timing.minor_faults = timed.after.ru_minflt - timed.before.ru_minflt;
  timing.major_faults = timed.after.ru_majflt - timed.before.ru_majflt;
  return timing;
}

Timing summarize_batches(std::span<const double> batch_seconds, std::int64_t calls,
                         std::optional<Estimator> estimator) {
  std::vector<double> per_call_ns;
  per_call_ns.reserve(batch_seconds.size());
  for (const double seconds : batch_seconds) {
    per_call_ns.push_back(seconds * 1e9 / static_cast<double>(calls));
  }
  std::sort(per_call_ns.begin(), per_call_ns.end());
  Timing timing;
  timing.batches = std::ssize(per_call_ns);
  timing.min_ns = per_call_ns.front();
  timing.p10_ns = quantile_of_sorted(per_call_ns, 0.10);
  timing.p50_ns = quantile_of_sorted(per_call_ns, 0.50);
  timing.mean_ns = mean(per_call_ns);
  for (std::size_t i = 0; i < block_lengths_ns.size(); ++i) {
    const auto block = median_block(batch_seconds, static_cast<double>(block_lengths_ns[i]) * 1e-9);
    if (block) timing.block_ns[i] = *block * 1e9 / static_cast<double>(calls);
  }
  const double batch_ns = timing.p50_ns * static_cast<double>(calls);
  timing.batch = {
      calls, estimator.value_or(batch_ns <= short_batch_ns ? Estimator::p10 : Estimator::median)};
  timing.latency_ns = timing.batch.estimator == Estimator::p10 ? timing.p10_ns : timing.p50_ns;
  return timing;
}

std::optional<double> median_block(std::span<const double> batch_seconds, double block_seconds) {
  const double batches = std::round(block_seconds / median(batch_seconds));
  if (batches < 2 || batches > static_cast<double>(batch_seconds.size())) return std::nullopt;
  const auto size = static_cast<std::size_t>(batches);
  std::vector<double> means;
  for (std::size_t start = 0; start + size <= batch_seconds.size(); start += size) {
    means.push_back(mean(batch_seconds.subspan(start, size)));
  }
  return median(means);
}

}  // namespace gapmeter
