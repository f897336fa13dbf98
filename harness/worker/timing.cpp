#include "harness/worker/timing.h"

#include <benchmark/benchmark.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <exception>
#include <functional>
#include <stdexcept>
#include <vector>

#include "harness/results/statistics.h"

namespace gapmeter {
namespace {

// Batches up to this length fit between the machine's interruptions often enough for a low quantile
// to see it undisturbed.
constexpr double short_batch_ns = 50'000;
// More batches than this add no precision to a quantile, and would only cost memory.
constexpr std::int64_t most_batches = 20'000;
constexpr int calibrations = 3;

double seconds_of(PreparedCall& call, std::int64_t calls) {
  using Clock = std::chrono::steady_clock;
  const Clock::time_point start = Clock::now();
  call.run(calls);
  return std::chrono::duration<double>(Clock::now() - start).count();
}

// Google Benchmark reports by printing; here its reports are only checked for errors.
class SilentReporter final : public benchmark::BenchmarkReporter {
 public:
  bool ReportContext(const Context& /*context*/) override { return true; }
  void ReportRuns(const std::vector<Run>& runs) override { reports_ += runs.size(); }
  std::size_t reports() const { return reports_; }

 private:
  std::size_t reports_ = 0;
};

// Runs `body` as the one registered benchmark. An exception is carried across Google Benchmark,
// which is not written to be left by one.
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
  // An interruption in the middle of the search ends it too early, so that the longest of several
  // answers is the right one.
  std::int64_t most = 1;
  for (int i = 0; i < calibrations; ++i) {
    run_benchmark(body, [&](auto& benchmark) { benchmark.MinTime(batch_seconds); });
    most = std::max(most, calls);
  }
  return most;
}

std::vector<double> time_batches(PreparedCall& call, std::int64_t calls, std::int64_t batches) {
  std::vector<double> seconds;
  seconds.reserve(static_cast<std::size_t>(batches));
  const auto body = [&](benchmark::State& state) {
    for ([[maybe_unused]] auto iteration : state) {
      seconds.push_back(seconds_of(call, calls));
      state.SetIterationTime(seconds.back());
    }
  };
  run_benchmark(body, [&](auto& benchmark) { benchmark.Iterations(batches); });
  return seconds;
}

}  // namespace

Timing time_round(PreparedCall& call, const TimingSpec& spec) {
  const double batch_seconds = static_cast<double>(spec.batch_ns) * 1e-9;
  const double round_seconds = static_cast<double>(spec.round_ns) * 1e-9;
  // The first call pays for what later ones find ready (caches, branch predictors, specialised
  // bytecode); a second one tells how long a call takes from then on. A call as long as a round is
  // not worth a second one.
  double one_call = seconds_of(call, 1);
  if (one_call < round_seconds) one_call = seconds_of(call, 1);
  std::int64_t calls = 1;
  if (spec.calls_per_batch) {
    calls = *spec.calls_per_batch;
  } else if (one_call < batch_seconds) {
    calls = calibrate(call, batch_seconds);
  }
  const double one_batch = calls == 1 ? one_call : seconds_of(call, calls);
  const double wanted =
      std::clamp(round_seconds / one_batch, 1.0, static_cast<double>(most_batches));
  return summarize_batches(time_batches(call, calls, std::llround(wanted)), calls);
}

Timing summarize_batches(std::span<const double> batch_seconds, std::int64_t calls_per_batch) {
  std::vector<double> per_call_ns;
  per_call_ns.reserve(batch_seconds.size());
  for (const double seconds : batch_seconds) {
    per_call_ns.push_back(seconds * 1e9 / static_cast<double>(calls_per_batch));
  }
  std::sort(per_call_ns.begin(), per_call_ns.end());
  Timing timing;
  timing.calls_per_batch = calls_per_batch;
  timing.batches = static_cast<std::int64_t>(per_call_ns.size());
  timing.min_ns = per_call_ns.front();
  timing.p10_ns = quantile_of_sorted(per_call_ns, 0.10);
  timing.p50_ns = quantile_of_sorted(per_call_ns, 0.50);
  timing.mean_ns = mean(per_call_ns);
  const double batch_ns = timing.p50_ns * static_cast<double>(calls_per_batch);
  timing.estimator = batch_ns <= short_batch_ns ? Estimator::p10 : Estimator::median;
  timing.latency_ns = timing.estimator == Estimator::p10 ? timing.p10_ns : timing.p50_ns;
  return timing;
}

}  // namespace gapmeter
