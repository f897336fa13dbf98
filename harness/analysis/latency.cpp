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

// Speeds are this far apart, and so many times as far as the rounds of each are from each other:
// what is nearer together is one spread.
constexpr double least_distance = 1.25;
constexpr double distance_over_spread = 3;
constexpr std::size_t least_rounds = 2;

using Values = std::span<const RoundValue>;  // ascending

std::vector<double> logarithms(Values rounds) {
  std::vector<double> logs;
  logs.reserve(rounds.size());
  for (const RoundValue& round : rounds) logs.push_back(std::log(round.value));
  return logs;
}

std::optional<Interval> exponential(const std::optional<Interval>& logs) {
  if (!logs) return std::nullopt;
  return Interval{std::exp(logs->low), std::exp(logs->high)};
}

// The rounds that both have. In one round both sides took turns.
Pairs rounds_together(const RoundValues& one, const RoundValues& other) {
  Pairs pairs;
  for (std::size_t i = 0, j = 0; i < one.size() && j < other.size();) {
    if (one[i].round == other[j].round) pairs.emplace_back(i, j);
    const bool advance_one = one[i].round <= other[j].round;
    const bool advance_other = other[j].round <= one[i].round;
    i += advance_one ? 1 : 0;
    j += advance_other ? 1 : 0;
  }
  return pairs;
}

Interval span_of(const RoundValues& rounds) {
  const auto [least, most] = std::minmax_element(
      rounds.begin(), rounds.end(),
      [](const RoundValue& a, const RoundValue& b) { return a.value < b.value; });
  return {least->value, most->value};
}

Speed speed_of(Values members) {
  Speed speed{.latency_ns = std::exp(trimmed_mean(logarithms(members))), .rounds = {}};
  for (const RoundValue& member : members) speed.rounds.push_back(member.round);
  std::sort(speed.rounds.begin(), speed.rounds.end());
  return speed;
}

double spread_of(Values ascending) {
  return std::log(ascending.back().value / ascending.front().value);
}

// The values between gaps of at least least_distance, but for those of single rounds.
std::vector<Values> groups_of(Values ascending) {
  std::vector<Values> groups;
  for (std::size_t begin = 0; begin < ascending.size();) {
    std::size_t end = begin + 1;
    while (end < ascending.size() &&
           ascending[end].value < least_distance * ascending[end - 1].value) {
      ++end;
    }
    if (end - begin >= least_rounds) groups.push_back(ascending.subspan(begin, end - begin));
    begin = end;
  }
  return groups;
}

bool are_apart(Values below, Values above) {
  const double distance = std::log(above.front().value / below.back().value);
  return distance >= distance_over_spread * std::max(spread_of(below), spread_of(above));
}

// How often something was counted in each call of the rounds that had a speed.
double per_call(std::int64_t Timing::*count, const Speed& speed,
                const std::vector<const RoundRow*>& rounds) {
  double events = 0, calls = 0;
  for (const RoundRow* row : rounds) {
    if (!std::binary_search(speed.rounds.begin(), speed.rounds.end(), row->round)) continue;
    const Timing& timing = *row->measurement.timing;
    events += static_cast<double>(timing.*count);
    calls += static_cast<double>(timing.calls) * static_cast<double>(timing.batches);
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
  if (speeds_of(rounds).size() > 1) return span_of(rounds);
  return exponential(trimmed_mean_interval(logarithms(rounds), confidence));
}

Estimate ratio_of(const RoundValues& numerator, const RoundValues& denominator, double confidence) {
  Estimate ratio{.value = figure_of(numerator) / figure_of(denominator)};
  if (speeds_of(numerator).size() > 1 || speeds_of(denominator).size() > 1) {
    const Interval above = span_of(numerator), below = span_of(denominator);
    ratio.interval = Interval{above.low / below.high, above.high / below.low};
    return ratio;
  }
  ratio.interval =
      exponential(trimmed_difference_interval(logarithms(numerator), logarithms(denominator),
                                              rounds_together(numerator, denominator), confidence));
  return ratio;
}

std::vector<Speed> speeds_of(const RoundValues& rounds) {
  RoundValues ascending = rounds;
  std::sort(ascending.begin(), ascending.end(),
            [](const RoundValue& a, const RoundValue& b) { return a.value < b.value; });
  const std::vector<Values> groups = groups_of(ascending);
  if (groups.size() < 2) return {speed_of(ascending)};
  for (std::size_t i = 1; i < groups.size(); ++i) {
    if (!are_apart(groups[i - 1], groups[i])) return {speed_of(ascending)};
  }
  std::vector<Speed> speeds;
  for (const Values& group : groups) speeds.push_back(speed_of(group));
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
      return fmt::format("{} a call: {}, against {}", name, format_count(many), format_count(few));
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
