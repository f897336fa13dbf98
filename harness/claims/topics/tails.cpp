// Claims on threads, pauses and tails: C24 to C27.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <iterator>

#include "harness/claims/rules.h"
#include "harness/analysis/summary.h"
#include "harness/base/figures.h"

namespace gapmeter {
namespace {

// How many times as fast a variant is at a size with k threads as with one.
std::optional<Estimate> speedup_at(const Evidence& evidence, const std::string& kernel,
                                   const std::string& variant, std::size_t n, int threads) {
  const SummaryRow* alone = evidence.cell(kernel, variant, n, 1);
  const SummaryRow* together = evidence.cell(kernel, variant, n, threads);
  if (alone == nullptr || together == nullptr) return std::nullopt;
  return steady_ratio(*alone, *together);
}

// The speedup at the largest size, with the run's largest number of threads.
std::optional<Figure> speedup(const Evidence& evidence, const std::string& kernel,
                              const std::string& variant) {
  const std::vector<int> threads = evidence.threads(kernel);
  if (threads.empty() || threads.back() == 1) return std::nullopt;
  const std::vector<std::size_t> sizes = evidence.sizes(kernel, variant, threads.back());
  if (sizes.empty()) return std::nullopt;
  const auto value = speedup_at(evidence, kernel, variant, sizes.back(), threads.back());
  if (!value) return std::nullopt;
  return Figure{
      .what = fmt::format("speed of {} with {} threads over one", variant, threads.back()),
      .kernel = kernel,
      .n = sizes.back(),
      .value = *value,
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

// Whether an interpreter that can do without the GIL ran with it: a module that was imported had
// not declared that it needs none. Then its threads tell of neither.
bool has_gil_back(const Evidence& evidence) {
  const auto gil = evidence.metric("parallel_sum", "python/threads", "gil_enabled", "");
  return gil && gil->value.value > 0;
}

Decision threads_take_turns(const Evidence& evidence, const Language& in) {
  const std::string threaded = in("scoped_threads", "tbb");
  auto python = speedup(evidence, "parallel_sum", "python/threads");
  auto native = speedup(evidence, "parallel_sum", threaded);
  if (!python || !native) {
    return without_speedups(evidence, "parallel_sum", {"python/threads", threaded});
  }
  python->line = native->line = parallel;
  const Side of_python = side_of(python->value, parallel);
  const Side of_native = side_of(native->value, parallel);
  Decision decision{.outcome = Outcome::open,
                    .reason = "an interval does not tell whether threads add speed",
                    .figures = {*python, *native}};
  if (has_gil_back(evidence)) {
    decision.reason = "this interpreter can run without the GIL, but a module had it turned on";
  } else if (of_python == Side::below && of_native == Side::above) {
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

const std::string pipeline = "io_pipeline";

// What threads add in Python over what they add natively: whatever else is slow on this machine
// affects both, except the GIL. A share of nothing decides nothing.
std::vector<Figure> shares_of_speedup(const Evidence& evidence, const Language& in,
                                      const std::string& variant) {
  const std::string python = "python/" + variant, native = in(variant);
  const std::vector<int> threads = evidence.threads(pipeline);
  if (threads.empty() || threads.back() == 1) return {};
  std::vector<Figure> shares;
  for (const std::size_t n : evidence.sizes(pipeline, python, threads.back())) {
    const auto ours = speedup_at(evidence, pipeline, python, n, threads.back());
    const auto theirs = speedup_at(evidence, pipeline, native, n, threads.back());
    if (!ours || !theirs) continue;
    Estimate share = quotient(*ours, *theirs);
    if (side_of(*theirs, parallel) != Side::above) share.interval.reset();
    shares.push_back({.what = fmt::format("what {} threads add to {} over what they add to {}",
                                          threads.back(), python, native),
                      .kernel = pipeline,
                      .n = n,
                      .value = share,
                      .unit = "x"});
  }
  return shares;
}

// Peers that answer at once let nobody wait: what they show stands beside the verdict.
Decision waiting_is_not_blocked(const Evidence& evidence, const Language& in) {
  std::vector<Figure> all;
  for (const std::string variant : {"threads_1ms", "threads_10ms"}) {
    const std::vector<Figure> shares = shares_of_speedup(evidence, in, variant);
    if (shares.empty()) {
      return without_speedups(evidence, pipeline, {"python/" + variant, in(variant)});
    }
    all.insert(all.end(), shares.begin(), shares.end());
  }
  for (Figure& share : all) share.line = 0.8;
  Decision decision = decide_over_sizes(worst_at_each_size(all, true), 0.8, true);
  const std::vector<Figure> at_once = shares_of_speedup(evidence, in, "threads");
  if (!at_once.empty()) tell(decision, at_once.back());
  for (const std::string variant : {"threads", "threads_1ms", "threads_10ms"}) {
    tell(decision, speedup(evidence, pipeline, "python/" + variant));
    tell(decision, speedup(evidence, pipeline, in(variant)));
  }
  return decision;
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

// Deadlines of calls that wait for an answer: a tight one between services, a usual one, and that
// of a person's patience. A pause longer than the first can look like a time-out.
constexpr std::array deadlines_ns{1e7, 1e8, 1e9};

// The longest collection among the calls of a cell: one that happened needs no interval.
std::optional<Figure> longest_pause(const SummaryRow& row) {
  const auto& single_calls = row.combined.single_calls;
  if (!single_calls || !single_calls->collections) return std::nullopt;
  const auto pause = static_cast<double>(single_calls->collections->longest_ns);
  return Figure{.what = "longest collection while calls of python/collected were timed",
                .kernel = churn,
                .n = row.cell.n,
                .value = {pause, Interval{pause, pause}},
                .unit = "ns",
                .line = deadlines_ns.front()};
}

// What the machine alone does to a call, at its worst.
Figure longest_call(const SummaryRow& row) {
  return {.what = "longest call of " + to_string(row.cell.variant),
          .kernel = churn,
          .n = row.cell.n,
          .value = {*single_calls_of(row).quantile(1)},
          .unit = "ns"};
}

// "the longest pause is 32.2 ms, beyond a deadline of 10.0 ms but not of 100 ms".
std::string deadlines_missed(double pause_ns) {
  std::string text = fmt::format("the longest pause is {}", format_time(pause_ns));
  const auto kept = std::lower_bound(deadlines_ns.begin(), deadlines_ns.end(), pause_ns);
  const bool misses_any = kept != deadlines_ns.begin(), keeps_any = kept != deadlines_ns.end();
  if (misses_any) text += ", beyond a deadline of " + format_time(*std::prev(kept));
  if (keeps_any) {
    text += fmt::format("{} of {}", misses_any ? " but not" : ", not beyond a deadline",
                        format_time(*kept));
  }
  return text;
}

// Both halves have to hold at a size: the collector is what makes the tail, and a pause is so long
// that a caller would give up.
Decision collector_pauses(const Evidence& evidence) {
  std::vector<Figure> tails, pauses, others;
  for (const std::size_t n : evidence.sizes(churn, "python/collected")) {
    const SummaryRow& collected = *evidence.cell(churn, "python/collected", n);
    const SummaryRow* disabled = evidence.cell(churn, "python/disabled", n);
    auto tail = tail_ratio(&collected, disabled);
    auto pause = longest_pause(collected);
    if (!tail || !pause) continue;
    tail->line = 2;
    tails.push_back(std::move(*tail));
    pauses.push_back(std::move(*pause));
    others.push_back(longest_call(*disabled));
  }
  if (tails.empty()) {
    return evidence.not_measured(churn, {"python/collected", "python/disabled"}, tails_of_calls);
  }
  std::vector<Figure> all = std::move(tails);
  all.insert(all.end(), pauses.begin(), pauses.end());
  Decision decision = decide_over_sizes(
      worst_at_each_size(all, true), true, "the collector's pause",
      "longer than 10 ms, in a 99.9th percentile more than twice that without it,");
  decision.figures = std::move(all);
  decision.figures.insert(decision.figures.end(), others.begin(), others.end());
  if (is_decided(decision.outcome)) {
    const auto pause_of = [](const Figure& figure) { return figure.value.value; };
    decision.remark = deadlines_missed(std::ranges::max(pauses, {}, pause_of).value.value);
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

Decision native_is_predictable(const Evidence& evidence, const Language& in) {
  const std::string freeing = in("rc_weak", "unique_ptrs");
  std::vector<Figure> ratios, tails;
  for (const std::size_t n : evidence.sizes(churn, "python/collected")) {
    const auto python = own_tail(evidence.cell(churn, "python/collected", n));
    const auto native = own_tail(evidence.cell(churn, freeing, n));
    if (!python || !native) continue;
    ratios.push_back({.what = "tail beyond the machine's own of python/collected over " + freeing,
                      .kernel = churn,
                      .n = n,
                      .value = quotient(*python, *native),
                      .unit = "x"});
    tails.push_back({.what = "99.9th percentile of " + freeing + " over the machine's own",
                     .kernel = churn,
                     .n = n,
                     .value = *native,
                     .unit = "x"});
  }
  if (ratios.empty()) {
    return evidence.not_measured(churn, {"python/collected", freeing}, tails_of_calls);
  }
  Decision decision = decide_over_sizes(std::move(ratios), 1.25, true);
  decision.figures.insert(decision.figures.end(), tails.begin(), tails.end());
  return decision;
}

}  // namespace

std::vector<Claim> tail_claims() {
  return {
      {.id = "C24",
       .topic = "threads",
       .text = "Threads that compute take turns under the GIL; native ones use every core.",
       .rule = "At the largest size and with the most threads native code is more than 1.25 "
               "times as fast as with one, Python is less.",
       .kernels = {"parallel_sum"},
       .depends_on = {Dependence::interpreter},
       .rulings = in_each_language(threads_take_turns)},
      {.id = "C25",
       .topic = "threads",
       .text = "In pipelines that wait for input and output the GIL does not block progress.",
       .rule = "With the most threads, and with peers that answer after 1 ms and after 10 ms, "
               "Python is faster than with one thread by more than 0.8 times what native code "
               "is: at each size the worse of the two decides, if native code is more than "
               "1.25 times as fast. Peers that answer at once are told beside it.",
       .kernels = {pipeline},
       .depends_on = {Dependence::interpreter},
       .rulings = in_each_language(waiting_is_not_blocked)},
      {.id = "C26",
       .topic = "threads",
       .text = "The garbage collector pauses requests so long that it looks like a time-out.",
       .rule = "With the collector the 99.9th percentile is more than twice that without it, and "
               "the longest pause is beyond 10 ms, the deadline of a tight service; the verdict "
               "tells whether it is also beyond 100 ms and 1 s. Both at the same size.",
       .kernels = {churn},
       .depends_on = {Dependence::processor, Dependence::interpreter},
       .rulings = about_python(collector_pauses)},
      {.id = "C27",
       .topic = "threads",
       .text = "Native memory is released deterministically, so that latency is predictable.",
       .rule = "Python's 99.9th percentile, over its median or over the machine's own 99.9th "
               "percentile, whichever is greater, is more than 1.25 times native code's.",
       .kernels = {churn},
       .depends_on = {Dependence::interpreter},
       .rulings = in_each_language(native_is_predictable)}};
}

}  // namespace gapmeter
