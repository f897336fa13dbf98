#include "harness/analysis/latency.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <span>
#include <utility>

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

// Groups are this far apart, and at least so many times as far as their members are from each
// other: what is nearer together is one spread.
constexpr double least_distance = 1.25;
constexpr double distance_over_spread = 3;
constexpr std::size_t least_members = 2;

Speed speed_of(std::span<const RoundValue> members) {
  Speed speed{.latency_ns = median(values_of({members.begin(), members.end()})), .rounds = {}};
  for (const RoundValue& member : members) speed.rounds.push_back(member.round);
  std::sort(speed.rounds.begin(), speed.rounds.end());
  return speed;
}

double spread_of(std::span<const RoundValue> ascending) {
  return std::log(ascending.back().value / ascending.front().value);
}

// Where ascending values fall apart into two groups: the size of the first; 0 if they don't.
std::size_t split_of(std::span<const RoundValue> ascending) {
  std::size_t split = 0;
  double widest = std::log(least_distance);
  for (std::size_t i = least_members; i + least_members <= ascending.size(); ++i) {
    const double distance = std::log(ascending[i].value / ascending[i - 1].value);
    const double spread = std::max(spread_of(ascending.first(i)), spread_of(ascending.subspan(i)));
    if (distance < widest || distance < distance_over_spread * spread) continue;
    widest = distance;
    split = i;
  }
  return split;
}

void add_speeds(std::span<const RoundValue> ascending, std::vector<Speed>& speeds) {
  const std::size_t split = split_of(ascending);
  if (split == 0) {
    speeds.push_back(speed_of(ascending));
    return;
  }
  add_speeds(ascending.first(split), speeds);
  add_speeds(ascending.subspan(split), speeds);
}

// How often something was counted in each call of the rounds that had a speed.
double per_call(std::int64_t Timing::*count, const Speed& speed,
                const std::vector<const RoundRow*>& rounds) {
  double events = 0, calls = 0;
  for (const RoundRow* row : rounds) {
    if (!std::binary_search(speed.rounds.begin(), speed.rounds.end(), row->round)) continue;
    const Timing& timing = *row->measurement.timing;
    events += static_cast<double>(timing.*count);
    calls += static_cast<double>(timing.calls * timing.batches);
  }
  return events / calls;
}

std::string format_count(double value) {
  return value == 0 ? "none" : fmt::format("{:.2g}", value);
}

// The logarithm of the median of a round's last third of slices over that of its first third.
std::optional<double> drift_of_round(const Slices& slices) {
  constexpr std::size_t least_in_a_third = 3;
  const std::size_t third = slices.size() / 3;
  if (third < least_in_a_third) return std::nullopt;
  std::vector<double> first, last;
  for (std::size_t i = 0; i < third; ++i) {
    first.push_back(slices[i].call_ns);
    last.push_back(slices[slices.size() - 1 - i].call_ns);
  }
  return std::log(median(last) / median(first));
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

double figure_of(const RoundValues& rounds) {
  const std::vector<Speed> speeds = speeds_of(rounds);
  return std::max_element(speeds.begin(), speeds.end(),
                          [](const Speed& a, const Speed& b) {
                            return std::pair(a.rounds.size(), a.latency_ns) <
                                   std::pair(b.rounds.size(), b.latency_ns);
                          })
      ->latency_ns;
}

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

std::vector<Speed> speeds_of(const RoundValues& rounds) {
  RoundValues ascending = rounds;
  std::sort(ascending.begin(), ascending.end(),
            [](const RoundValue& a, const RoundValue& b) { return a.value < b.value; });
  std::vector<Speed> speeds;
  add_speeds(ascending, speeds);
  return speeds;
}

std::string difference_between(const Speed& fast, const Speed& slow,
                               const std::vector<const RoundRow*>& rounds) {
  struct Counted {
    std::int64_t Timing::*count;
    const char* name;
  };
  constexpr std::array counted{Counted{&Timing::minor_faults, "page faults"},
                               Counted{&Timing::major_faults, "pages read from disk"},
                               Counted{&Timing::involuntary_switches, "switches to others"}};
  // Rarer events can't explain a difference of the size that tells speeds apart.
  constexpr double least_per_call = 0.01;
  for (const auto& [count, name] : counted) {
    const double few = per_call(count, fast, rounds), many = per_call(count, slow, rounds);
    if (many >= least_per_call && many > 2 * few) {
      return fmt::format("{} {} a call, against {}", format_count(many), name, format_count(few));
    }
  }
  return "";
}

std::optional<double> drift_of(const std::vector<const RoundRow*>& rounds) {
  // Less is what phases of the machine do within a round.
  constexpr double least_drift = 0.05;
  std::vector<double> drifts;
  for (const RoundRow* row : rounds) {
    if (const auto drift = drift_of_round(row->measurement.timing->slices)) {
      drifts.push_back(*drift);
    }
  }
  if (drifts.empty()) return std::nullopt;
  const double middle = median(drifts);
  const bool is_certain = std::all_of(drifts.begin(), drifts.end(), [&](double drift) {
    return (drift > 0) == (middle > 0) && std::abs(drift) > least_drift / 2;
  });
  if (!is_certain || std::abs(middle) < least_drift) return std::nullopt;
  return std::exp(middle);
}

}  // namespace gapmeter
