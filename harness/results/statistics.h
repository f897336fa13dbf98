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

// The narrowest interval between symmetric order statistics that covers the median with at least
// the given confidence in (0, 1), whatever the distribution (David and Nagaraja, "Order
// Statistics", 3rd ed., section 7.1). nullopt when there are too few values: fewer than 6 for 95 %.
std::optional<Interval> median_interval(std::span<const double> values, double confidence);

// A ratio that was measured in pairs: the median of numerator[i] / denominator[i], and its interval
// by median_interval. Precondition: equal lengths, not empty, all positive.
struct PairedRatio {
  double ratio = 0;
  std::optional<Interval> interval{};
};
PairedRatio paired_ratio(std::span<const double> numerator, std::span<const double> denominator,
                         double confidence);

}  // namespace gapmeter
