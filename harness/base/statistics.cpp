#include "harness/base/statistics.h"

#include <algorithm>
#include <cmath>
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

Estimate paired_ratio(std::span<const double> numerator, std::span<const double> denominator,
                      double confidence) {
  std::vector<double> logs;
  logs.reserve(numerator.size());
  for (std::size_t i = 0; i < numerator.size(); ++i) {
    logs.push_back(std::log(numerator[i] / denominator[i]));
  }
  Estimate result{.value = std::exp(median(logs))};
  if (const std::optional<Interval> interval = median_interval(logs, confidence)) {
    result.interval = Interval{std::exp(interval->low), std::exp(interval->high)};
  }
  return result;
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
