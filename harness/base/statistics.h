// Statistics as pure functions. Absence is std::nullopt, never 0.
#pragma once

#include <optional>
#include <span>

namespace gapmeter {

struct Interval {
  double low = 0;
  double high = 0;
};

// Arithmetic mean. Precondition: not empty.
double mean(std::span<const double> values);

// The quantile q in [0, 1] by linear interpolation between order statistics (definition 7 of
// Hyndman and Fan, "Sample quantiles in statistical packages", 1996; NumPy's default).
// Precondition: not empty; ascending for the first form.
double quantile_of_sorted(std::span<const double> sorted, double q);
double quantile(std::span<const double> values, double q);
double median(std::span<const double> values);

// An interval that covers the median with the given confidence in (0, 1), whatever the
// distribution: between symmetric order statistics, which only cover with certain probabilities,
// interpolated to the one wanted (Hettmansperger and Sheather, "Confidence intervals based on
// interpolated order statistics", Statistics & Probability Letters 4, 1986). Only nearly
// distribution-free, but within a percent of the confidence, where the next wider pair of order
// statistics covers with up to 99 % instead of 95 %. nullopt when there are too few values: fewer
// than 6 for 95 %.
std::optional<Interval> median_interval(std::span<const double> values, double confidence);

// Of so many rounds, the first, whose interval decides that they are enough: two thirds. Among all
// numbers of rounds, the first with a narrow interval is one where they happen to agree too well;
// those that follow don't know. docs/statistics.md has the figures.
constexpr std::size_t deciding_rounds(std::size_t rounds) { return rounds * 2 / 3; }

// An estimate, and its interval where there are enough values for one.
struct Estimate {
  double value = 0;
  std::optional<Interval> interval{};
};

// A ratio that was measured in pairs: the median of numerator[i] / denominator[i], and its interval
// by median_interval. Precondition: equal lengths, not empty, all positive.
Estimate paired_ratio(std::span<const double> numerator, std::span<const double> denominator,
                      double confidence);

// The Hodges-Lehmann estimate of the shift of `values` against `base`, the median of all
// differences, and the interval that belongs to the rank-sum test of Wilcoxon, Mann and Whitney
// (same book, sections 4.2 and 4.3): exact up to 50 values in each, by the normal approximation
// above. Precondition: neither is empty.
Estimate rank_sum_shift(std::span<const double> values, std::span<const double> base,
                        double confidence);

// x such that a standard normal variable is below it with probability p in (0, 1).
double normal_quantile(double p);

}  // namespace gapmeter
