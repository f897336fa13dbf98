// Rows of summary.csv with latencies made up so that their ratios, and the spread of these, are
// known; and what a claim makes of them.
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "harness/tests/unit/support/rows.h"
#include "harness/claims/evidence.h"
#include "harness/base/statistics.h"
#include "harness/analysis/summary.h"
#include "harness/tests/unit/support/testing.h"

namespace gapmeter::test {

using SummaryRows = std::vector<SummaryRow>;

// Six rounds, the fewest that have an interval of 95 %, in equal steps from level (1 - spread) to
// level (1 + spread). The interval of their median leaves 5/14 of a step out at each end, so that
// it reaches 6/7 of the spread to either side.
inline std::vector<double> rounds_around(double level, double spread = 0) {
  std::vector<double> rounds;
  for (const double step : {-1.0, -0.6, -0.2, 0.2, 0.6, 1.0}) {
    rounds.push_back(level * (1 + spread * step));
  }
  return rounds;
}

// One value for each round, from round 0 on.
inline std::vector<RoundValue> numbered(const std::vector<double>& values) {
  std::vector<RoundValue> rounds;
  for (const double value : values) rounds.push_back({static_cast<int>(rounds.size()), value});
  return rounds;
}

// A verified cell, timed once for each latency.
inline SummaryRow row_of(std::string kernel, std::string_view variant_text, std::size_t n,
                         const std::vector<double>& latencies_ns, int threads = 1) {
  SummaryRow row{.cell = {.kernel = std::move(kernel),
                          .variant = variant(variant_text),
                          .n = n,
                          .threads = threads},
                 .verified = true,
                 .rounds = static_cast<int>(latencies_ns.size()),
                 .latency_ns = median(latencies_ns)};
  row.round_latencies_ns = numbered(latencies_ns);
  return row;
}

inline SummaryRows operator+(SummaryRows rows, const SummaryRows& more) {
  rows.insert(rows.end(), more.begin(), more.end());
  return rows;
}

// At one size one variant takes `ratio` times as long as another, give or take `spread`.
struct Level {
  std::size_t n;
  double ratio;
  double spread = 0;
};

inline SummaryRows contrast(const std::string& kernel, std::string_view numerator,
                            std::string_view denominator, const std::vector<Level>& levels) {
  SummaryRows rows;
  for (const auto& [n, ratio, spread] : levels) {
    rows.push_back(row_of(kernel, numerator, n, rounds_around(100 * ratio, spread)));
    rows.push_back(row_of(kernel, denominator, n, rounds_around(100)));
  }
  return rows;
}

// A Python cell whose gap is `gap`, give or take `spread`.
inline SummaryRow gap_row(std::string kernel, std::string_view variant_text, std::size_t n,
                          double gap, double spread = 0) {
  SummaryRow row = row_of(std::move(kernel), variant_text, n, rounds_around(100));
  const std::vector<double> gaps = rounds_around(gap, spread);
  row.round_gaps = numbered(gaps);
  row.gap = gap;
  row.gap_ci = median_interval(gaps, summary_confidence);
  return row;
}

inline SummaryRow with_metric(SummaryRow row, const std::string& name, std::vector<double> values) {
  row.metrics[name] = std::move(values);
  return row;
}

inline Claim claim(std::string_view id) {
  for (Claim& known : all_claims()) {
    if (known.id == id) return std::move(known);
  }
  throw std::out_of_range("no such claim");
}

// About the code of a lane; claims about Python have no other ruling.
inline Decision decide_in(std::string_view lane, std::string_view id, const SummaryRows& rows,
                          RunContext context = {}) {
  const Evidence evidence(rows, std::move(context));
  const std::vector<Ruling> rulings = claim(id).rulings;
  for (const Ruling& ruling : rulings) {
    if (ruling.lane == lane || ruling.lane.empty()) return ruling.decide(evidence);
  }
  throw std::out_of_range("the claim is not about the lane");
}

// About C++.
inline Decision decide(std::string_view id, const SummaryRows& rows, RunContext context = {}) {
  return decide_in("native", id, rows, std::move(context));
}

inline Outcome outcome(std::string_view id, const SummaryRows& rows, RunContext context = {}) {
  return decide(id, rows, std::move(context)).outcome;
}

// What a decision was made from, and what it only tells along.
inline std::vector<Figure> deciding(const Decision& decision) {
  std::vector<Figure> figures;
  for (const Figure& figure : decision.figures) {
    if (figure.line) figures.push_back(figure);
  }
  return figures;
}
inline std::vector<Figure> beside(const Decision& decision) {
  std::vector<Figure> figures;
  for (const Figure& figure : decision.figures) {
    if (!figure.line) figures.push_back(figure);
  }
  return figures;
}

}  // namespace gapmeter::test
