#include "harness/analysis/latency.h"

#include <algorithm>
#include <cmath>

#include "harness/analysis/undisturbed.h"

namespace gapmeter {
namespace {

template <class Counts>
RoundValues latencies(const std::vector<const RoundRow*>& rounds, Counts counts) {
  RoundValues values;
  std::vector<double> chosen;
  for (const RoundRow* row : rounds) {
    chosen.clear();
    for (const Slice& slice : row->measurement.timing->slices) {
      if (counts(slice)) chosen.push_back(slice.call_ns);
    }
    if (!chosen.empty()) values.push_back({row->round, median(chosen)});
  }
  return values;
}

}  // namespace

RoundValues undisturbed_latencies(const std::vector<const RoundRow*>& rounds, double best) {
  return latencies(rounds, [&](const Slice& slice) { return is_undisturbed(slice, best); });
}

RoundValues disturbed_latencies(const std::vector<const RoundRow*>& rounds, double best) {
  return latencies(rounds, [&](const Slice& slice) { return !is_undisturbed(slice, best); });
}

RoundValues all_latencies(const std::vector<const RoundRow*>& rounds) {
  RoundValues values = latencies(rounds, [](const Slice&) { return true; });
  if (!values.empty()) return values;
  for (const RoundRow* row : rounds) {
    values.push_back({row->round, row->measurement.timing->p50_ns});
  }
  return values;
}

double figure_of(const RoundValues& rounds) { return median(values_of(rounds)); }

std::optional<Interval> interval_of(const RoundValues& rounds, double confidence) {
  return median_interval(values_of(rounds), confidence);
}

Estimate ratio_of(const RoundValues& numerator, const RoundValues& denominator, double confidence) {
  std::vector<double> logs;
  auto other = denominator.begin();
  for (const RoundValue& round : numerator) {
    while (other != denominator.end() && other->round < round.round) ++other;
    if (other == denominator.end()) break;
    if (other->round == round.round) logs.push_back(std::log(round.value / other->value));
  }
  Estimate ratio{.value = figure_of(numerator) / figure_of(denominator)};
  if (logs.empty()) return ratio;
  const double middle = median(logs);
  if (const auto interval = median_interval(logs, confidence)) {
    ratio.interval = Interval{ratio.value * std::exp(interval->low - middle),
                              ratio.value * std::exp(interval->high - middle)};
  }
  return ratio;
}

}  // namespace gapmeter
