#include "harness/results/statistics.h"

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

// P(X = k) for X of the binomial distribution (trials, 1/2); in logarithms, so that many trials
// don't underflow.
double binomial_half(std::size_t k, std::size_t trials) {
  const auto n = static_cast<double>(trials);
  const auto x = static_cast<double>(k);
  return std::exp(std::lgamma(n + 1) - std::lgamma(x + 1) - std::lgamma(n - x + 1) -
                  n * std::log(2.0));
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
  // [x(r+1), x(n-r)], counted from 1, misses the median with probability 2 P(X <= r).
  const std::size_t count = values.size();
  std::optional<std::size_t> outside;
  double missed_on_one_side = 0;
  for (std::size_t r = 0; 2 * r + 1 < count; ++r) {
    // Rounding must not cost an interval that covers with exactly the confidence asked for.
    constexpr double rounding = 1e-12;
    missed_on_one_side += binomial_half(r, count);
    if (2 * missed_on_one_side > 1 - confidence + rounding) break;
    outside = r;
  }
  if (!outside) return std::nullopt;
  const std::vector<double> sorted = sorted_copy(values);
  return Interval{sorted[*outside], sorted[count - 1 - *outside]};
}

PairedRatio paired_ratio(std::span<const double> numerator, std::span<const double> denominator,
                         double confidence) {
  std::vector<double> logs;
  logs.reserve(numerator.size());
  for (std::size_t i = 0; i < numerator.size(); ++i) {
    logs.push_back(std::log(numerator[i] / denominator[i]));
  }
  PairedRatio result{.ratio = std::exp(median(logs))};
  if (const std::optional<Interval> interval = median_interval(logs, confidence)) {
    result.interval = Interval{std::exp(interval->low), std::exp(interval->high)};
  }
  return result;
}

}  // namespace gapmeter
