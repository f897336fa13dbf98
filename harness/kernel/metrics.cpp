#include "harness/kernel/metrics.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <stdexcept>

namespace gapmeter {

bool is_metric_name(std::string_view name) {
  constexpr std::string_view letters = "abcdefghijklmnopqrstuvwxyz";
  constexpr std::string_view allowed = "abcdefghijklmnopqrstuvwxyz0123456789_";
  return !name.empty() && letters.find(name.front()) != std::string_view::npos &&
         name.find_first_not_of(allowed) == std::string_view::npos;
}

void Metrics::add(std::string name, double value) {
  if (!is_metric_name(name)) {
    throw std::invalid_argument(fmt::format(
        "'{}' can't be a metric's name: use lower-case letters, digits, underscores", name));
  }
  if (!std::isfinite(value)) {
    throw std::invalid_argument(fmt::format("the metric {} is not a finite number", name));
  }
  const bool known = std::any_of(metrics_.begin(), metrics_.end(),
                                 [&](const Metric& metric) { return metric.name == name; });
  if (known) throw std::invalid_argument(fmt::format("the metric {} is reported twice", name));
  metrics_.push_back({std::move(name), value});
}

}  // namespace gapmeter
