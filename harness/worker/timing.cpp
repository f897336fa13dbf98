#include "harness/worker/timing.h"

#include <benchmark/benchmark.h>
#include <algorithm>
#include <chrono>
#include <cmath>
#include <exception>
#include <fstream>
#include <functional>
#include <iterator>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "harness/base/clock.h"
#include "harness/base/statistics.h"

namespace gapmeter {
namespace {

// More slices than this in a round are not worth their place in the files.
constexpr double most_slices = 1000;
constexpr int calibrations = 3;

using Steady = std::chrono::steady_clock;

double seconds_since(Steady::time_point start) {
  return std::chrono::duration<double>(Steady::now() - start).count();
}

// What calls seem to take, to plan with: never nothing, even if the clock went back.
double planning_seconds(TimedCall& call, std::int64_t calls) {
  constexpr double shortest = 1e-9;
  return std::max(shortest, call.seconds_of(calls));
}

// The same of more calls than are restored together.
double planning_seconds(TimedCall& call, std::int64_t calls, std::int64_t together) {
  double seconds = 0;
  for (; calls > together; calls -= together) seconds += planning_seconds(call, together);
  return seconds + planning_seconds(call, calls);
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

// The same search without Google Benchmark.
std::int64_t calibrate_alone(TimedCall& call, double batch_seconds) {
  std::int64_t calls = 1;
  while (calls < call.most_calls() && planning_seconds(call, calls) < batch_seconds) calls *= 2;
  return std::min(calls, call.most_calls());
}

// How many calls take at least batch_seconds, or as many as can be restored together: Google
// Benchmark's own search. Where it asks for more than that, the rest is taken for as long.
std::int64_t calibrate(TimedCall& call, double batch_seconds, bool by_google_benchmark) {
  std::int64_t calls = 1;
  const auto body = [&](benchmark::State& state) {
    const auto wanted = static_cast<std::int64_t>(state.max_iterations);
    calls = std::min(wanted, call.most_calls());
    while (state.KeepRunningBatch(state.max_iterations)) {
      state.SetIterationTime(planning_seconds(call, calls) * static_cast<double>(wanted) /
                             static_cast<double>(calls));
    }
  };
  // An interruption in the middle of the search ends it too early, so the largest of several
  // answers is the right one.
  std::int64_t most = 1;
  for (int i = 0; i < calibrations; ++i) {
    if (by_google_benchmark) {
      run_benchmark(body, [&](auto& benchmark) { benchmark.MinTime(batch_seconds); });
    } else {
      calls = calibrate_alone(call, batch_seconds);
    }
    most = std::max(most, calls);
  }
  return most;
}

double seconds_between(const timeval& before, const timeval& after) {
  return static_cast<double>(after.tv_sec - before.tv_sec) +
         static_cast<double>(after.tv_usec - before.tv_usec) * 1e-6;
}

// Adds up what the system counted between two points.
void add_usage(const rusage& before, const rusage& after, Timing& timing) {
  if (timing.processes) {
    timing.processes->user_s += seconds_between(before.ru_utime, after.ru_utime);
    timing.processes->system_s += seconds_between(before.ru_stime, after.ru_stime);
  }
  timing.involuntary_switches += after.ru_nivcsw - before.ru_nivcsw;
  timing.minor_faults += after.ru_minflt - before.ru_minflt;
  timing.major_faults += after.ru_majflt - before.ru_majflt;
}

// One round: as many slices as there are turns, but at most `slices`.
class Round {
 public:
  Round(TimedCall& call, const SlicePlan& plan, std::int64_t slices, bool is_cold,
        const Surroundings& around)
      : call_(call),
        plan_(plan),
        slices_(slices),
        is_cold_(is_cold),
        around_(around),
        // Filled with ones, so that every page has been touched before the first batch.
        seconds_(static_cast<std::size_t>(slices * plan.batches), 1.0) {
    timing_.slices.reserve(static_cast<std::size_t>(slices));
    if (around.runs_programs) timing_.processes.emplace();
  }

  Timing run() {
    const std::int64_t batches = slices_ * plan_.batches;
    if (around_.by_google_benchmark) {
      run_benchmark([this](benchmark::State& state) { time_slices(state); },
                    [batches](auto& benchmark) { benchmark.Iterations(batches); });
    } else {
      for (std::int64_t i = 0; i < batches && time_batch(); ++i) {
      }
    }
    seconds_.resize(timed_);
    if (seconds_.empty()) throw std::runtime_error("the clock stood still or went back: no time");
    Timing figures = summarize_batches(std::move(seconds_), plan_.calls);
    figures.slices = std::move(timing_.slices);
    figures.involuntary_switches = timing_.involuntary_switches;
    figures.minor_faults = timing_.minor_faults;
    figures.major_faults = timing_.major_faults;
    figures.dropped_batches = timing_.dropped_batches;
    figures.processes = per_call(timing_.processes);
    return figures;
  }

 private:
  void time_slices(benchmark::State& state) {
    for ([[maybe_unused]] auto iteration : state) {
      const std::optional<double> seconds = time_batch();
      if (!seconds) {
        state.SkipWithError("no further turn");
        return;
      }
      state.SetIterationTime(*seconds);
    }
  }

  // The next one; nullopt if there is none.
  std::optional<double> time_batch() {
    if (in_slice_ == 0 && !begin_slice()) return std::nullopt;
    const double seconds = call_.seconds_of(plan_.calls);
    if (seconds > 0) {
      seconds_[timed_++] = seconds;
      slice_s_ += seconds;
      ++kept_in_slice_;
    } else {  // The clock went back, or stood still for as long as a batch takes.
      timing_.dropped_batches = timing_.dropped_batches.value_or(0) + 1;
    }
    if (++in_slice_ == plan_.batches) end_slice();
    return std::max(0.0, seconds);
  }

  bool begin_slice() {
    // The first slice is always had: a round without any says nothing.
    if (around_.turn && !around_.turn() && timed_ > 0) return false;
    kept_in_slice_ = 0;
    slice_ = {.probe_before = around_.probe ? around_.probe() : 0};
    if (is_cold_) call_.seconds_of(plan_.calls);
    slice_s_ = 0;
    waited_ns_ = waited_ns();
    before_ = usage_now();
    call_.announce(plan_.calls, plan_.batches);
    return true;
  }

  void end_slice() {
    in_slice_ = 0;
    add_usage(before_, usage_now(), timing_);
    const double batches = static_cast<double>(kept_in_slice_);
    const auto waited_ns_in_slice = static_cast<double>(waited_ns() - waited_ns_);
    slice_.waited = std::llround(1000 * std::min(1.0, waited_ns_in_slice / (slice_s_ * 1e9)));
    slice_.call_ns = slice_s_ * 1e9 / (static_cast<double>(plan_.calls) * batches);
    slice_.probe_after = around_.probe ? around_.probe() : 0;
    if (kept_in_slice_ > 0) timing_.slices.push_back(slice_);
  }

  std::optional<ProcessTimes> per_call(std::optional<ProcessTimes> all) const {
    const auto calls = static_cast<double>(plan_.calls) * static_cast<double>(timed_);
    if (all) all = ProcessTimes{.user_s = all->user_s / calls, .system_s = all->system_s / calls};
    return all;
  }

  rusage usage_now() const {
    if (around_.usage) return around_.usage();
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    return usage;
  }

  std::int64_t waited_ns() const { return around_.waited_ns ? around_.waited_ns() : 0; }

  TimedCall& call_;
  const SlicePlan& plan_;
  std::int64_t slices_;
  bool is_cold_;
  const Surroundings& around_;
  std::vector<double> seconds_;  // of every batch
  std::size_t timed_ = 0;        // so many of them
  std::int64_t in_slice_ = 0;    // batches, and those of them that count
  std::int64_t kept_in_slice_ = 0;
  Timing timing_{};  // what was counted
  Slice slice_{};
  double slice_s_ = 0;
  std::int64_t waited_ns_ = 0;
  rusage before_{};
};

// Calls until a call takes no less than before, but not longer than `bound_s` and one call more,
// restoring included: caches fill, branch predictors learn, bytecode is specialised. Restores for
// no more calls together than a batch will have. Returns what a call takes then, in seconds.
double warm_up(TimedCall& call, double bound_s, double batch_s) {
  double one_call = planning_seconds(call, 1);
  // If a call is that long, a second one is not worth its time.
  if (one_call >= bound_s) return one_call;
  // What is compared is long enough to average over interruptions.
  const double window_s = bound_s / 5;
  constexpr double gain = 0.02;
  std::int64_t calls = 1;
  std::int64_t together = call.most_calls();
  const Steady::time_point start = Steady::now();
  while (seconds_since(start) < bound_s) {
    const double window = planning_seconds(call, calls, together);
    if (together != unlimited_calls && window >= batch_s) together = std::min(together, calls);
    const double before = std::exchange(one_call, window / static_cast<double>(calls));
    if (window < window_s) {
      calls *= 2;
    } else if (one_call > before * (1 - gain)) {
      break;
    }
  }
  return one_call;
}

// What a batch takes, in seconds: the shortest of a few where they cost little, because an
// interruption would make the slices of all rounds too short.
double batch_seconds(TimedCall& call, std::int64_t calls, double one_call_s, bool may_be_short) {
  if (calls == 1 && !may_be_short) return one_call_s;
  double shortest = planning_seconds(call, calls);
  for (int i = 1; may_be_short && i < calibrations; ++i) {
    shortest = std::min(shortest, planning_seconds(call, calls));
  }
  return shortest;
}

// What a batch takes before it is timed.
double restoring_seconds(TimedCall& call, std::int64_t calls) {
  if (call.most_calls() == unlimited_calls) return 0;  // nothing is restored
  const Steady::time_point start = Steady::now();
  call.restore(calls);
  return std::max(0.0, seconds_since(start));
}

std::int64_t at_least_one(double value) {
  return std::max(std::int64_t{1}, static_cast<std::int64_t>(std::llround(value)));
}

}  // namespace

Timing time_round(TimedCall& call, const TimingSpec& spec, const Surroundings& around) {
  const double batch_s = static_cast<double>(std::max({spec.batch_ns, around.pace.least_batch_ns,
                                                       steps_in_a_batch * around.clock_step_ns})) *
                         1e-9;
  const double bound_s = static_cast<double>(spec.round_ns) * 1e-9 * around.pace.warm_up_rounds;
  const Steady::time_point start = Steady::now();
  const double one_call_s = warm_up(call, bound_s, batch_s);
  if (around.warmed_up) around.warmed_up(seconds_since(start));
  // An interruption can make a short call look a hundred times as long. Asking again costs little.
  const bool may_be_short = one_call_s < 100 * batch_s;
  std::int64_t calls = 1;
  if (spec.plan) {
    calls = spec.plan->calls;
  } else if (may_be_short) {
    calls = calibrate(call, batch_s, around.by_google_benchmark);
  }
  const double batch_ns = batch_seconds(call, calls, one_call_s, may_be_short) * 1e9;
  // A round of cheap calls on large copies would else go on for hours.
  const double whole_ns = batch_ns + restoring_seconds(call, calls) * 1e9;
  const bool is_planned = spec.plan && spec.plan->batches > 0;
  const SlicePlan plan = is_planned ? *spec.plan : plan_slices(calls, whole_ns, spec);
  const bool is_cold = begins_cold(plan, batch_ns / static_cast<double>(calls), around.refill_ns);
  return Round(call, plan, slices_of_round(plan, whole_ns, spec), is_cold, around).run();
}

bool begins_cold(const SlicePlan& plan, double call_ns, double refill_ns) {
  return plan.calls * plan.batches > 1 || refill_ns > call_ns / 100;
}

bool can_google_benchmark_run(const std::filesystem::path& caches) {
  for (int index = 0;; ++index) {
    const std::filesystem::path cache = caches / ("index" + std::to_string(index));
    std::ifstream size(cache / "size");
    if (!size.is_open()) return true;
    double number = 0;
    if (!(size >> number)) return false;
    for (const char* name : {"type", "level", "shared_cpu_map"}) {
      std::ifstream file(cache / name);
      std::string word;
      if (!(file >> word)) return false;
    }
  }
}

double refill_ns(double data_bytes) {
  constexpr double program_bytes = 1 << 20;
  constexpr double most_bytes = 64 << 20;
  constexpr double bytes_per_ns = 4;  // of slow memory
  return std::min(data_bytes + program_bytes, most_bytes) / bytes_per_ns;
}

double timed_seconds(const Timing& timing) {
  return timing.mean_ns * 1e-9 * static_cast<double>(timing.calls * timing.batches);
}

SlicePlan plan_slices(std::int64_t calls, double batch_ns, const TimingSpec& spec) {
  return {.calls = calls, .batches = at_least_one(static_cast<double>(spec.slice_ns) / batch_ns)};
}

std::int64_t slices_of_round(const SlicePlan& plan, double batch_ns, const TimingSpec& spec) {
  const double slice_ns = batch_ns * static_cast<double>(plan.batches);
  return at_least_one(std::min(static_cast<double>(spec.round_ns) / slice_ns, most_slices));
}

Timing summarize_batches(std::vector<double> batch_seconds, std::int64_t calls) {
  Timing timing{.calls = calls, .batches = std::ssize(batch_seconds)};
  for (double& value : batch_seconds) value *= 1e9 / static_cast<double>(calls);
  std::sort(batch_seconds.begin(), batch_seconds.end());
  timing.min_ns = batch_seconds.front();
  timing.p10_ns = quantile_of_sorted(batch_seconds, 0.10);
  timing.p50_ns = quantile_of_sorted(batch_seconds, 0.50);
  timing.mean_ns = mean(batch_seconds);
  return timing;
}

}  // namespace gapmeter
