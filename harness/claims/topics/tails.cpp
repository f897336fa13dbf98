// Claims on threads, pauses and tails: C24 to C27.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "harness/claims/rules.h"
#include "harness/analysis/summary.h"

namespace gapmeter {
namespace {

// How many times as fast a variant is with k threads as with one, a value for each round.
std::vector<double> speedups(const Evidence& evidence, const std::string& kernel,
                             const std::string& variant, std::size_t n, int threads) {
  const SummaryRow* alone = evidence.cell(kernel, variant, n, 1);
  const SummaryRow* together = evidence.cell(kernel, variant, n, threads);
  if (alone == nullptr || together == nullptr) return {};
  std::vector<double> values = values_of(alone->round_latencies_ns);
  const std::vector<double> after = values_of(together->round_latencies_ns);
  values.resize(std::min(values.size(), after.size()));
  for (std::size_t i = 0; i < values.size(); ++i) values[i] /= after[i];
  return values;
}

Estimate estimate_of(const std::vector<double>& rounds) {
  return {median(rounds), median_interval(rounds, summary_confidence)};
}

// The speedup at the largest size, with the run's largest number of threads.
std::optional<Figure> speedup(const Evidence& evidence, const std::string& kernel,
                              const std::string& variant) {
  const std::vector<int> threads = evidence.threads(kernel);
  if (threads.empty() || threads.back() == 1) return std::nullopt;
  const std::vector<std::size_t> sizes = evidence.sizes(kernel, variant, threads.back());
  if (sizes.empty()) return std::nullopt;
  const SummaryRow* alone = evidence.cell(kernel, variant, sizes.back(), 1);
  const SummaryRow* together = evidence.cell(kernel, variant, sizes.back(), threads.back());
  if (alone == nullptr || together == nullptr) return std::nullopt;
  return Figure{
      .what = fmt::format("speed of {} with {} threads over one", variant, threads.back()),
      .kernel = kernel,
      .n = sizes.back(),
      .value = latency_ratio(*alone, *together),
      .unit = "x"};
}

Decision without_speedups(const Evidence& evidence, const std::string& kernel,
                          const std::vector<std::string>& variants) {
  if (evidence.threads(kernel).size() > 1) return evidence.not_measured(kernel, variants);
  return {
      .outcome = Outcome::not_measured,
      .reason = fmt::format("the run has no rows of {} with one and with several threads", kernel)};
}

constexpr const char* tails_of_calls = "that tell 99.9th percentiles";
constexpr double parallel = 1.25;  // a speedup that is impossible when threads take turns

Decision threads_take_turns(const Evidence& evidence) {
  auto python = speedup(evidence, "parallel_sum", "python/threads");
  auto native = speedup(evidence, "parallel_sum", "native/tbb");
  if (!python || !native) {
    return without_speedups(evidence, "parallel_sum", {"python/threads", "native/tbb"});
  }
  python->line = native->line = parallel;
  const Side of_python = side_of(python->value, parallel);
  const Side of_native = side_of(native->value, parallel);
  Decision decision{.outcome = Outcome::open,
                    .reason = "an interval does not tell whether threads add speed",
                    .figures = {*python, *native}};
  if (of_python == Side::below && of_native == Side::above) {
    decision.outcome = Outcome::holds;
    decision.reason = "native threads add speed, Python's don't";
  } else if (of_python == Side::above || of_native == Side::below) {
    decision.outcome = Outcome::fails;
    decision.reason = of_python == Side::above ? "Python's threads add speed"
                                               : "native threads add no speed either";
  }
  tell(decision, speedup(evidence, "parallel_sum", "python/numpy_threads"));
  tell(decision, speedup(evidence, "parallel_sum", "python/processes"));
  return decision;
}

// Python's speedup over native code's: whatever else is slow on this machine affects both, except
// the GIL.
Decision waiting_is_not_blocked(const Evidence& evidence) {
  const std::string kernel = "io_pipeline", python = "python/threads", native = "native/threads";
  const std::vector<int> threads = evidence.threads(kernel);
  std::vector<Figure> ratios;
  for (const std::size_t n : threads.empty() ? std::vector<std::size_t>{}
                                             : evidence.sizes(kernel, python, threads.back())) {
    if (threads.back() == 1) continue;
    std::vector<double> ours = speedups(evidence, kernel, python, n, threads.back());
    const std::vector<double> theirs = speedups(evidence, kernel, native, n, threads.back());
    ours.resize(std::min(ours.size(), theirs.size()));
    if (ours.empty()) continue;
    for (std::size_t i = 0; i < ours.size(); ++i) ours[i] /= theirs[i];
    ratios.push_back({.what = fmt::format("what {} threads add in Python over what they add "
                                          "natively",
                                          threads.back()),
                      .kernel = kernel,
                      .n = n,
                      .value = estimate_of(ours),
                      .unit = "x"});
  }
  if (ratios.empty()) return without_speedups(evidence, kernel, {python, native});
  Decision decision = decide_over_sizes(std::move(ratios), 0.8, true);
  tell(decision, speedup(evidence, kernel, python));
  tell(decision, speedup(evidence, kernel, native));
  return decision;
}

// A quantile of single calls, with the interval between the order statistics that cover it with 95
// % if calls are independent (normal approximation of the binomial distribution).
std::optional<Estimate> quantile_of_calls(const SummaryRow& row, double q) {
  const Histogram& calls = single_calls_of(row);
  const std::optional<double> value = supported_quantile(calls, q);
  if (!value) return std::nullopt;
  const auto count = static_cast<double>(calls.count());
  const double margin = normal_quantile(0.975) * std::sqrt(q * (1 - q) / count);
  return Estimate{*value, Interval{*calls.quantile(std::max(0.0, q - margin)),
                                   *calls.quantile(std::min(1.0, q + margin))}};
}

// The least and the greatest possible quotient, whatever the dependence between the two.
Estimate quotient(const Estimate& numerator, const Estimate& denominator) {
  return {numerator.value / denominator.value,
          Interval{numerator.interval->low / denominator.interval->high,
                   numerator.interval->high / denominator.interval->low}};
}

std::optional<Figure> tail_ratio(const SummaryRow* numerator, const SummaryRow* denominator) {
  if (numerator == nullptr || denominator == nullptr) return std::nullopt;
  const auto over = quantile_of_calls(*numerator, 0.999);
  const auto under = quantile_of_calls(*denominator, 0.999);
  if (!over || !under) return std::nullopt;
  return Figure{
      .what = fmt::format("99.9th percentile of {} over {}", to_string(numerator->cell.variant),
                          to_string(denominator->cell.variant)),
      .kernel = numerator->cell.kernel,
      .n = numerator->cell.n,
      .value = quotient(*over, *under),
      .unit = "x"};
}

const std::string churn = "request_churn";

Decision collector_pauses(const Evidence& evidence) {
  const std::vector<std::size_t> sizes = evidence.sizes(churn, "python/collected");
  std::vector<Figure> ratios;
  for (const std::size_t n : sizes) {
    auto ratio = tail_ratio(evidence.cell(churn, "python/collected", n),
                            evidence.cell(churn, "python/disabled", n));
    if (ratio) ratios.push_back(std::move(*ratio));
  }
  if (ratios.empty()) {
    return evidence.not_measured(churn, {"python/collected", "python/disabled"}, tails_of_calls);
  }
  Decision decision = decide_over_sizes(std::move(ratios), 2, true);
  const SummaryRow& last = *evidence.cell(churn, "python/collected", sizes.back());
  const auto& single_calls = last.combined.single_calls;
  if (single_calls && single_calls->collections) {
    decision.figures.push_back(
        {.what = "longest collection while calls of python/collected were timed",
         .kernel = churn,
         .n = sizes.back(),
         .value = {static_cast<double>(single_calls->collections->longest_ns)},
         .unit = "ns"});
  }
  return decision;
}

// How far a variant's tail exceeds the tail that this machine gives every call.
std::optional<Estimate> own_tail(const SummaryRow* row) {
  if (row == nullptr) return std::nullopt;
  const auto tail = quantile_of_calls(*row, 0.999);
  const std::optional<double> middle = supported_quantile(single_calls_of(*row), 0.5);
  if (!tail || !middle) return std::nullopt;
  const double floor = std::max(*middle, row->p999_floor_ns.value_or(0));
  return Estimate{tail->value / floor,
                  Interval{tail->interval->low / floor, tail->interval->high / floor}};
}

Decision native_is_predictable(const Evidence& evidence) {
  std::vector<Figure> ratios, tails;
  for (const std::size_t n : evidence.sizes(churn, "python/collected")) {
    const auto python = own_tail(evidence.cell(churn, "python/collected", n));
    const auto native = own_tail(evidence.cell(churn, "native/unique_ptrs", n));
    if (!python || !native) continue;
    ratios.push_back({.what = "tail beyond the machine's own of python/collected over "
                              "native/unique_ptrs",
                      .kernel = churn,
                      .n = n,
                      .value = quotient(*python, *native),
                      .unit = "x"});
    tails.push_back({.what = "99.9th percentile of native/unique_ptrs over the machine's own",
                     .kernel = churn,
                     .n = n,
                     .value = *native,
                     .unit = "x"});
  }
  if (ratios.empty()) {
    return evidence.not_measured(churn, {"python/collected", "native/unique_ptrs"}, tails_of_calls);
  }
  Decision decision = decide_over_sizes(std::move(ratios), 1.25, true);
  decision.figures.insert(decision.figures.end(), tails.begin(), tails.end());
  return decision;
}

}  // namespace

std::vector<Claim> tail_claims() {
  return {{.id = "C24",
           .topic = "threads",
           .text = "Threads that compute take turns under the GIL; native ones use every core.",
           .rule = "With all threads, native code is more than 1.25 times as fast as with one, "
                   "Python is not.",
           .kernels = {"parallel_sum"},
           .decide = threads_take_turns},
          {.id = "C25",
           .topic = "threads",
           .text = "In pipelines that wait for input and output the GIL does not block progress.",
           .rule = "Threads add at least 0.8 times as much speed in Python as they do natively.",
           .kernels = {"io_pipeline"},
           .decide = waiting_is_not_blocked},
          {.id = "C26",
           .topic = "threads",
           .text = "The garbage collector pauses requests so long that it looks like a time-out.",
           .rule = "With the collector the 99.9th percentile is more than twice that without it.",
           .kernels = {churn},
           .decide = collector_pauses},
          {.id = "C27",
           .topic = "threads",
           .text = "Native memory is released deterministically, so that latency is predictable.",
           .rule = "Beyond the machine's own tail, Python's 99.9th percentile is more than 1.25 "
                   "times as far out as native code's.",
           .kernels = {churn},
           .decide = native_is_predictable}};
}

}  // namespace gapmeter
