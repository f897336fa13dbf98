#include "harness/analysis/growth.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>

#include "harness/analysis/summary.h"

namespace gapmeter {
namespace {

using Line = std::vector<const SummaryRow*>;  // one variant's cells, ascending n

std::vector<double> log_sizes(const std::vector<SizedValues>& values) {
  std::vector<double> logs;
  for (const SizedValues& value : values) logs.push_back(std::log(static_cast<double>(value.n)));
  return logs;
}

// How many rounds all sizes have.
std::size_t common_rounds(const std::vector<SizedValues>& values) {
  std::size_t rounds = std::numeric_limits<std::size_t>::max();
  for (const SizedValues& value : values) rounds = std::min(rounds, value.rounds.size());
  return values.empty() ? 0 : rounds;
}

double slope(const std::vector<double>& x, const std::vector<double>& y) {
  const double x_mean = mean(x), y_mean = mean(y);
  double products = 0, squares = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    products += (x[i] - x_mean) * (y[i] - y_mean);
    squares += (x[i] - x_mean) * (x[i] - x_mean);
  }
  return products / squares;
}

// Of the value farthest from the least-squares line, in logarithms.
double farthest_from_line(const std::vector<double>& x, const std::vector<double>& y) {
  const double steepness = slope(x, y), x_mean = mean(x), y_mean = mean(y);
  double farthest = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    farthest = std::max(farthest, std::abs(y[i] - y_mean - steepness * (x[i] - x_mean)));
  }
  return farthest;
}

bool is_below(const Estimate& ratio) { return ratio.interval && ratio.interval->high < 1; }
bool is_above(const Estimate& ratio) { return ratio.interval && ratio.interval->low > 1; }

// Where the line through the medians crosses 1 between the two sizes, from the last median on its
// first side to the next one.
double interpolated(std::span<const SizedRatio> between) {
  const double first_sign = std::log(between.front().ratio.value);
  std::size_t i = 1;
  while (i + 1 < between.size() && std::log(between[i].ratio.value) * first_sign > 0) ++i;
  const double low = std::log(between[i - 1].ratio.value), high = std::log(between[i].ratio.value);
  const double share = low / (low - high);
  return std::exp(std::lerp(std::log(static_cast<double>(between[i - 1].n)),
                            std::log(static_cast<double>(between[i].n)), share));
}

// Empty where it is not known what data the variant has: of a command without an input.
std::string regime_of(const SummaryRow& row, const RunContext& context) {
  if (row.working_set_bytes == 0) return "";
  for (const auto& [level, bytes] : context.cache_bytes) {
    if (row.working_set_bytes <= bytes) return fmt::format("L{}", level);
  }
  return "memory";
}

std::vector<Line> lines_of(const std::vector<SummaryRow>& rows) {
  std::map<SeriesKey, Line> lines;
  std::vector<Line*> in_order;
  for (const SummaryRow& row : rows) {
    if (!row.latency_ns || is_server(row)) continue;
    Line& line = lines[series_of(row.cell)];
    if (line.empty()) in_order.push_back(&line);
    line.push_back(&row);
  }
  std::vector<Line> result;
  for (Line* line : in_order) {
    std::sort(line->begin(), line->end(),
              [](const auto* a, const auto* b) { return a->cell.n < b->cell.n; });
    result.push_back(std::move(*line));
  }
  return result;
}

using OfRounds = std::vector<RoundValue> SummaryRow::*;

std::vector<SizedValues> sized_values(std::span<const SummaryRow* const> line, OfRounds rounds) {
  std::vector<SizedValues> values;
  for (const SummaryRow* row : line) values.push_back({row->cell.n, values_of(row->*rounds)});
  return values;
}

GrowthRow exponent_row(std::span<const SummaryRow* const> line, const std::string& quantity,
                       OfRounds rounds, const std::string& regime) {
  const CellKey& cell = line.front()->cell;
  const PowerLaw law = power_law(sized_values(line, rounds));
  return {.series = series_of(cell),
          .quantity = quantity,
          .regime = regime,
          .n_from = cell.n,
          .n_to = line.back()->cell.n,
          .sizes = static_cast<int>(line.size()),
          .exponent = law.exponent,
          .deviation = law.deviation};
}

// Over all sizes; and where they don't follow a power of n, over the most of the largest that do.
void add_longest_lines(const Line& line, const std::string& quantity, OfRounds rounds,
                       std::vector<GrowthRow>& result) {
  GrowthRow all = exponent_row(line, quantity, rounds, "all");
  all.local_exponents = local_exponents(sized_values(line, rounds));
  const bool is_straight = all.exponent.has_value();
  result.push_back(std::move(all));
  if (is_straight) return;
  for (std::size_t begin = 1; begin + fewest_sizes_of_line <= line.size(); ++begin) {
    GrowthRow row = exponent_row(std::span(line).subspan(begin), quantity, rounds, "straight");
    if (!row.exponent) continue;
    result.push_back(std::move(row));
    return;
  }
}

// Exponents over all sizes, and in each regime with the last size before it.
void add_exponents(const Line& line, const std::string& quantity, OfRounds rounds,
                   const RunContext& context, std::vector<GrowthRow>& result) {
  if (line.size() < 2) return;
  add_longest_lines(line, quantity, rounds, result);
  for (std::size_t begin = 0; begin < line.size();) {
    const std::string regime = regime_of(*line[begin], context);
    std::size_t end = begin + 1;
    while (end < line.size() && regime_of(*line[end], context) == regime) ++end;
    const std::size_t from = begin == 0 ? 0 : begin - 1;
    if (end - from > 1 && !regime.empty()) {
      const auto part = std::span(line).subspan(from, end - from);
      result.push_back(exponent_row(part, quantity, rounds, regime));
    }
    begin = end;
  }
}

void add_crossovers(const Line& line, const std::string& against,
                    const std::vector<SizedRatio>& ratios, std::vector<GrowthRow>& result) {
  const CellKey& cell = line.front()->cell;
  for (const Crossover& crossover : crossovers(ratios)) {
    const std::string itself = to_string(cell.variant);
    result.push_back({.series = series_of(cell),
                      .quantity = "crossover",
                      .against = against,
                      .n_from = crossover.last_before,
                      .n_to = crossover.first_after,
                      .sizes = static_cast<int>(ratios.size()),
                      .crossover_n = crossover.n,
                      .faster_beyond = crossover.ascending ? against : itself});
  }
}

std::vector<SizedRatio> gaps_of(const Line& line) {
  std::vector<SizedRatio> gaps;
  for (const SummaryRow* row : line) {
    if (row->gap) gaps.push_back({row->cell.n, {*row->gap, row->gap_ci}});
  }
  return gaps;
}

// Latency over the baseline's at the sizes that both have.
std::vector<SizedRatio> ratios_to(const Line& line, const Line& baseline) {
  std::vector<SizedRatio> ratios;
  for (const SummaryRow* row : line) {
    const auto same = std::find_if(baseline.begin(), baseline.end(), [&](const SummaryRow* other) {
      return other->cell.n == row->cell.n && other->cell.threads == row->cell.threads;
    });
    if (same != baseline.end()) ratios.push_back({row->cell.n, latency_ratio(*row, **same)});
  }
  return ratios;
}

// The line of the kernel's baseline, if it is another one of the same job.
const Line* baseline_of(const Line& line, const std::vector<Line>& lines,
                        const RunContext& context) {
  const CellKey& cell = line.front()->cell;
  const auto declared = context.baselines.find(cell.kernel);
  if (declared == context.baselines.end()) return nullptr;
  SeriesKey wanted = series_of(cell);
  wanted.variant = declared->second;
  wanted.variant.engine = cell.variant.engine;
  const auto found = std::find_if(lines.begin(), lines.end(), [&](const Line& other) {
    return series_of(other.front()->cell) == wanted;
  });
  const bool is_comparable = found != lines.end() && found->front() != line.front() &&
                             found->front()->job == line.front()->job;
  return is_comparable ? &*found : nullptr;
}

Line with_gaps(const Line& line) {
  Line with;
  std::copy_if(line.begin(), line.end(), std::back_inserter(with),
               [](const SummaryRow* row) { return row->gap.has_value(); });
  return with;
}

}  // namespace

std::optional<Estimate> growth_exponent(const std::vector<SizedValues>& values) {
  if (values.size() < 2) return std::nullopt;
  const std::vector<double> sizes = log_sizes(values);
  std::vector<double> slopes;
  for (std::size_t round = 0; round < common_rounds(values); ++round) {
    std::vector<double> logs;
    logs.reserve(values.size());
    for (const SizedValues& value : values) logs.push_back(std::log(value.rounds[round]));
    slopes.push_back(slope(sizes, logs));
  }
  if (slopes.empty()) return std::nullopt;
  return Estimate{median(slopes), median_interval(slopes, summary_confidence)};
}

PowerLaw power_law(const std::vector<SizedValues>& values) {
  constexpr std::size_t fewest_for_shape = 3;  // two are on a line, whatever they are
  if (values.size() < fewest_for_shape || common_rounds(values) == 0) return {};
  std::vector<double> logs;
  for (const SizedValues& value : values) logs.push_back(std::log(median(value.rounds)));
  PowerLaw law{.deviation = std::expm1(farthest_from_line(log_sizes(values), logs))};
  if (values.size() >= fewest_sizes_of_line && *law.deviation <= most_deviation) {
    law.exponent = growth_exponent(values);
  }
  return law;
}

std::optional<Estimate> end_ratio(const std::vector<SizedValues>& values) {
  if (values.size() < 2 || values.front().rounds.empty() || values.back().rounds.empty()) {
    return std::nullopt;
  }
  const std::vector<double> first = logarithms(values.front().rounds);
  const std::vector<double> last = logarithms(values.back().rounds);
  Estimate ratio{.value = std::exp(trimmed_mean(last) - trimmed_mean(first))};
  if (const auto interval = trimmed_difference_interval(last, first, {}, summary_confidence)) {
    ratio.interval = Interval{std::exp(interval->low), std::exp(interval->high)};
  }
  return ratio;
}

std::vector<LocalExponent> local_exponents(const std::vector<SizedValues>& values) {
  std::vector<LocalExponent> found;
  for (std::size_t i = 1; i < values.size(); ++i) {
    const std::vector<SizedValues> neighbours{values[i - 1], values[i]};
    const std::optional<Estimate> exponent = growth_exponent(neighbours);
    if (exponent) found.push_back({values[i - 1].n, values[i].n, exponent->value});
  }
  return found;
}

std::vector<Crossover> crossovers(const std::vector<SizedRatio>& ratios) {
  std::vector<Crossover> found;
  std::optional<std::size_t> last;
  for (std::size_t i = 0; i < ratios.size(); ++i) {
    const Estimate& ratio = ratios[i].ratio;
    if (!is_below(ratio) && !is_above(ratio)) continue;
    if (last && is_above(ratios[*last].ratio) != is_above(ratio)) {
      const auto between = std::span(ratios).subspan(*last, i - *last + 1);
      found.push_back({.last_before = ratios[*last].n,
                       .first_after = ratios[i].n,
                       .n = interpolated(between),
                       .ascending = is_above(ratio)});
    }
    last = i;
  }
  return found;
}

std::vector<GrowthRow> growth_of(const std::vector<SummaryRow>& rows, const RunContext& context) {
  const std::vector<Line> lines = lines_of(rows);
  std::vector<GrowthRow> result;
  for (const Line& line : lines) {
    add_exponents(line, "time", &SummaryRow::round_latencies_ns, context, result);
    if (line.front()->cell.variant.lane.is_compiled()) continue;
    add_exponents(with_gaps(line), "gap", &SummaryRow::round_gaps, context, result);
    add_crossovers(line, denominator(context.against), gaps_of(line), result);
    if (const Line* baseline = baseline_of(line, lines, context)) {
      const std::string name = to_string(baseline->front()->cell.variant);
      add_crossovers(line, name, ratios_to(line, *baseline), result);
    }
  }
  return result;
}

}  // namespace gapmeter
