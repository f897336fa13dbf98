#include "harness/base/statistics.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>
#include <vector>

namespace gapmeter {
namespace {

std::vector<double> sorted_copy(std::span<const double> values) {
  std::vector<double> sorted(values.begin(), values.end());
  std::sort(sorted.begin(), sorted.end());
  return sorted;
}

// std::lgamma writes to a global variable, and several threads summarize cells.
double log_gamma(double x) {
  int sign = 0;
  return lgamma_r(x, &sign);
}

// P(X = k) for X of the binomial distribution (trials, 1/2); in logarithms, so that many trials
// don't underflow.
double binomial_half(std::size_t k, std::size_t trials) {
  const auto n = static_cast<double>(trials);
  const auto x = static_cast<double>(k);
  return std::exp(log_gamma(n + 1) - log_gamma(x + 1) - log_gamma(n - x + 1) - n * std::log(2.0));
}

// How many of the smallest values are outside a symmetric interval at each end: the largest count r
// such that the test statistic is below r with a probability of at most (1 - confidence) / 2.
// nullopt if even the whole range covers with less than the confidence.
using Rejected = std::optional<std::size_t>;

// Rounding must not lose an interval that covers with exactly the wanted confidence.
constexpr double rounding = 1e-12;

// From the statistic's exact distribution: weights[t] is proportional to P(T = t).
Rejected rejected_exactly(const std::vector<double>& weights, double confidence) {
  const double total = std::accumulate(weights.begin(), weights.end(), 0.0);
  double below = 0;
  Rejected rejected;
  for (std::size_t t = 0; 2 * t < weights.size(); ++t) {
    below += weights[t] / total;
    if (2 * below > 1 - confidence + rounding) break;
    rejected = t;
  }
  return rejected;
}

struct Normal {
  double mean;
  double variance;
};

Rejected rejected_nearly(const Normal& normal, double confidence) {
  const double z = normal_quantile(1 - (1 - confidence) / 2);
  const double rank = std::floor(normal.mean - 0.5 - z * std::sqrt(normal.variance));
  if (rank < 0) return std::nullopt;
  return static_cast<std::size_t>(rank);
}

// In how many ways m values and n others can be ordered such that each number of pairs is inverted:
// the coefficients of the Gaussian binomial, the product of (1 - x^(n+i)) / (1 - x^i) over i to m.
std::vector<double> rank_sum_weights(std::size_t m, std::size_t n) {
  const std::size_t most = m * n;
  std::vector<double> ways(most + 1, 0.0);
  ways[0] = 1;
  for (std::size_t i = 1; i <= m; ++i) {
    for (std::size_t u = most; u >= n + i; --u) ways[u] -= ways[u - n - i];
    for (std::size_t u = i; u <= most; ++u) ways[u] += ways[u - i];
  }
  return ways;
}

// The median of `values` and the interval that leaves `rejected` of them out at each end.
Estimate centre_of(std::vector<double> values, const Rejected& rejected) {
  std::sort(values.begin(), values.end());
  Estimate estimate{.value = quantile_of_sorted(values, 0.5)};
  if (rejected && 2 * *rejected < values.size()) {
    estimate.interval = Interval{values[*rejected], values[values.size() - 1 - *rejected]};
  }
  return estimate;
}

// With fewer values, Student's t has so few degrees of freedom that an interval says nothing.
constexpr std::size_t least_for_trimmed_interval = 3;

// How many values a trimmed mean leaves out at each end, and how many are left.
std::size_t trimmed_from(std::size_t count) { return count / 5; }
int left_of(std::size_t count) { return static_cast<int>(count - 2 * trimmed_from(count)); }
double scale_of(std::size_t count) {
  return static_cast<double>(left_of(count)) * static_cast<double>(left_of(count) - 1);
}

// The values with those that a trimmed mean leaves out moved to the nearest that it keeps.
std::vector<double> winsorized_copy(std::span<const double> values) {
  const std::vector<double> sorted = sorted_copy(values);
  const std::size_t cut = trimmed_from(sorted.size());
  std::vector<double> winsorized(values.begin(), values.end());
  for (double& value : winsorized) {
    value = std::clamp(value, sorted[cut], sorted[sorted.size() - 1 - cut]);
  }
  return winsorized;
}

// From the mean.
std::vector<double> deviations(std::vector<double> values) {
  const double middle = mean(values);
  for (double& value : values) value -= middle;
  return values;
}

double squares_of(std::span<const double> deviations) {
  return std::inner_product(deviations.begin(), deviations.end(), deviations.begin(), 0.0);
}

// The degrees of freedom of a sum of two variances (Welch, 1947), rounded down: a little too wide
// rather than too narrow. A whole number may come out as a hair less than it is.
int welch_degrees(double a, int degrees_a, double b, int degrees_b) {
  constexpr double hair = 1e-9;
  const double parts = a * a / degrees_a + b * b / degrees_b;
  return parts > 0 ? std::max(1, static_cast<int>((a + b) * (a + b) / parts + hair)) : 1;
}

Interval around(double centre, double error, int degrees, double confidence) {
  const double margin = student_quantile((1 + confidence) / 2, degrees) * error;
  return {centre - margin, centre + margin};
}

// P(T < t) of Student's t with whole degrees of freedom, for t >= 0.
double student_below(double t, int degrees) {
  const double angle = std::atan(t / std::sqrt(static_cast<double>(degrees)));
  const double cosine = std::cos(angle);
  const bool odd = degrees % 2 == 1;
  double term = odd ? cosine : 1, sum = degrees == 1 ? 0 : term;
  for (int k = odd ? 3 : 2; k < degrees; k += 2) {
    term *= cosine * cosine * (k - 1) / k;
    sum += term;
  }
  const double within =
      odd ? 2 / std::numbers::pi * (angle + std::sin(angle) * sum) : std::sin(angle) * sum;
  return (1 + within) / 2;
}

}  // namespace

double mean(std::span<const double> values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

double quantile_of_sorted(std::span<const double> sorted, double q) {
  const double position = q * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<std::size_t>(position);
  const std::size_t above = std::min(below + 1, sorted.size() - 1);
  const double fraction = position - static_cast<double>(below);
  return sorted[below] + fraction * (sorted[above] - sorted[below]);
}

double quantile(std::span<const double> values, double q) {
  return quantile_of_sorted(sorted_copy(values), q);
}

double median(std::span<const double> values) { return quantile(values, 0.5); }

std::vector<double> logarithms(std::vector<double> values) {
  for (double& value : values) value = std::log(value);
  return values;
}

std::optional<Interval> median_interval(std::span<const double> values, double confidence) {
  // [x(d), x(n+1-d)], counted from 1, misses the median with probability 2 P(X <= d - 1).
  const std::size_t count = values.size();
  double wide = 1, narrow = 1;  // coverage of the d-th and of the next narrower pair
  std::size_t d = 0;
  while (narrow + rounding >= confidence && 2 * d < count + 1) {
    wide = narrow;
    narrow -= 2 * binomial_half(d, count);
    ++d;
  }
  --d;
  if (d == 0) return std::nullopt;
  const double share = std::max(0.0, wide - confidence) / (wide - narrow);
  const auto rank = static_cast<double>(d), n = static_cast<double>(count);
  const double inwards = (n - rank) * share / (rank + (n - 2 * rank) * share);
  const std::vector<double> sorted = sorted_copy(values);
  return Interval{std::lerp(sorted[d - 1], sorted[d], inwards),
                  std::lerp(sorted[count - d], sorted[count - d - 1], inwards)};
}

Estimate rank_sum_shift(std::span<const double> values, std::span<const double> base,
                        double confidence) {
  std::vector<double> differences;
  differences.reserve(values.size() * base.size());
  for (const double value : values) {
    for (const double other : base) differences.push_back(value - other);
  }
  const auto m = static_cast<double>(values.size()), n = static_cast<double>(base.size());
  const Normal normal{m * n / 2, m * n * (m + n + 1) / 12};
  constexpr std::size_t most_exact = 50;
  return centre_of(std::move(differences),
                   std::max(values.size(), base.size()) <= most_exact
                       ? rejected_exactly(rank_sum_weights(values.size(), base.size()), confidence)
                       : rejected_nearly(normal, confidence));
}

double trimmed_mean(std::span<const double> values) {
  const std::vector<double> sorted = sorted_copy(values);
  const std::size_t cut = trimmed_from(sorted.size());
  return mean(std::span(sorted).subspan(cut, sorted.size() - 2 * cut));
}

std::optional<Interval> trimmed_mean_interval(std::span<const double> values, double confidence) {
  if (values.size() < least_for_trimmed_interval) return std::nullopt;
  const double error =
      std::sqrt(squares_of(deviations(winsorized_copy(values))) / scale_of(values.size()));
  return around(trimmed_mean(values), error, left_of(values.size()) - 1, confidence);
}

std::optional<Interval> trimmed_difference_interval(std::span<const double> values,
                                                    std::span<const double> others,
                                                    const Pairs& pairs, double confidence) {
  if (std::min(values.size(), others.size()) < least_for_trimmed_interval) return std::nullopt;
  const std::vector<double> a = deviations(winsorized_copy(values));
  const std::vector<double> b = deviations(winsorized_copy(others));
  const double variance_a = squares_of(a) / scale_of(a.size());
  const double variance_b = squares_of(b) / scale_of(b.size());
  double products = 0;
  for (const auto& [i, j] : pairs) products += a[i] * b[j];
  const double covariance = products / std::sqrt(scale_of(a.size()) * scale_of(b.size()));
  const int degrees = pairs.empty() ? welch_degrees(variance_a, left_of(a.size()) - 1, variance_b,
                                                    left_of(b.size()) - 1)
                                    : std::min(left_of(a.size()), left_of(b.size())) - 1;
  const double variance = std::max(0.0, variance_a + variance_b - 2 * covariance);
  return around(trimmed_mean(values) - trimmed_mean(others), std::sqrt(variance), degrees,
                confidence);
}

// By bisection of the distribution function, which is a finite sum for whole degrees of freedom
// (Abramowitz and Stegun, "Handbook of Mathematical Functions", 26.7.3 and 26.7.4).
double student_quantile(double p, int degrees) {
  if (p < 0.5) return -student_quantile(1 - p, degrees);
  double low = 0, high = 1;
  while (student_below(high, degrees) < p) high *= 2;
  for (int i = 0; i < 100; ++i) {
    const double middle = (low + high) / 2;
    (student_below(middle, degrees) < p ? low : high) = middle;
  }
  return (low + high) / 2;
}

double normal_quantile(double p) {
  // Bisection: the standard library has only the distribution function, and speed does not matter
  // here.
  double low = -40, high = 40;
  while (high - low > 1e-12) {
    const double middle = (low + high) / 2;
    (std::erfc(-middle / std::sqrt(2.0)) / 2 < p ? low : high) = middle;
  }
  return (low + high) / 2;
}

}  // namespace gapmeter
