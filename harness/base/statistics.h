// Statistics as pure functions. Absence is std::nullopt, never 0.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <utility>
#include <vector>

namespace gapmeter {

struct Interval {
  double low = 0;
  double high = 0;

  bool operator==(const Interval&) const = default;
};

// Arithmetic mean. Precondition: not empty.
double mean(std::span<const double> values);

// The quantile q in [0, 1] by linear interpolation between order statistics (definition 7 of
// Hyndman and Fan, "Sample quantiles in statistical packages", 1996; NumPy's default).
// Precondition: not empty; ascending for the first form.
double quantile_of_sorted(std::span<const double> sorted, double q);
double quantile(std::span<const double> values, double q);
double median(std::span<const double> values);

// Natural logarithms, in which ratios are differences. Precondition: all above 0.
std::vector<double> logarithms(std::vector<double> values);

// A confidence interval of the median with the given confidence in (0, 1), for any distribution.
// Pairs of symmetric order statistics cover the median only with certain probabilities; the
// interval interpolates between two such pairs (Hettmansperger and Sheather, "Confidence intervals
// based on interpolated order statistics", Statistics & Probability Letters 4, 1986). Interpolated,
// it is only nearly distribution-free, but its coverage is within a percent of the confidence,
// where the next wider pair of order statistics covers with up to 99 % instead of 95 %. nullopt if
// there are too few values: fewer than 6 for 95 %.
std::optional<Interval> median_interval(std::span<const double> values, double confidence);

// How many rounds decide that `rounds` rounds are enough: the first two thirds. Among all numbers
// of rounds, the first with a narrow interval is one where the rounds happen to agree too well; the
// rounds that follow are free of that bias. docs/statistics.md has the figures.
constexpr std::size_t deciding_rounds(std::size_t rounds) { return rounds * 2 / 3; }

// An estimate, and its interval if there are enough values for one.
struct Estimate {
  double value = 0;
  std::optional<Interval> interval{};

  bool operator==(const Estimate&) const = default;
};

// The Hodges-Lehmann estimate of the shift of `values` against `base`, the median of all
// differences, and the confidence interval of the rank-sum test of Wilcoxon, Mann and Whitney
// (Hollander, Wolfe and Chicken, "Nonparametric Statistical Methods", 3rd ed., sections 4.2 and
// 4.3): exact up to 50 values in each, by the normal approximation above. Precondition: neither is
// empty.
Estimate rank_sum_shift(std::span<const double> values, std::span<const double> base,
                        double confidence);

// The 20 % trimmed mean: that of the values without the lowest and the highest fifth (as many whole
// values as fit into it). It is hardly moved by a few values far off, as the median is, and varies
// less than it. Precondition: not empty.
double trimmed_mean(std::span<const double> values);

// The confidence interval of a trimmed mean (Tukey and McLaughlin, 1963): Student's t with the
// winsorized variance. nullopt for fewer than three values.
std::optional<Interval> trimmed_mean_interval(std::span<const double> values, double confidence);

// Which values of two samples were measured together: their positions, ascending in both.
using Pairs = std::vector<std::pair<std::size_t, std::size_t>>;

// The confidence interval of the difference of two trimmed means, in which cancels what the values
// of a pair have in common. Without pairs it is Yuen's ("The two-sample trimmed t for unequal
// population variances", Biometrika, 1974), with all values in pairs the one for dependent groups
// (Wilcox, "Introduction to Robust Estimation and Hypothesis Testing", section 5.9.5). Between the
// two, the winsorized covariance is that of the pairs there are, and the degrees of freedom are the
// smaller sample's. nullopt for fewer than three of either.
std::optional<Interval> trimmed_difference_interval(std::span<const double> values,
                                                    std::span<const double> others,
                                                    const Pairs& pairs, double confidence);

// x such that a variable with Student's t distribution of so many degrees of freedom (1 or more) is
// below it with probability p in (0, 1).
double student_quantile(double p, int degrees);

// x such that a standard normal variable is below it with probability p in (0, 1).
double normal_quantile(double p);

}  // namespace gapmeter
