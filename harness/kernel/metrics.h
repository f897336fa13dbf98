// Figures other than time and memory that a variant's preparation reports: the size of an object,
// how long compiling took, how much memory a child process uses.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace gapmeter {

struct Metric {
  std::string name;  // lower-case letters, digits and underscores; ends in the unit: compile_s
  double value = 0;  // finite

  bool operator==(const Metric&) const = default;
};

// Whether a metric may have this name.
bool is_metric_name(std::string_view name);

class Metrics {
 public:
  // Throws std::invalid_argument for an invalid name, a duplicate name, and a value that is not
  // finite.
  void add(std::string name, double value);

  const std::vector<Metric>& metrics() const { return metrics_; }

 private:
  std::vector<Metric> metrics_;
};

}  // namespace gapmeter
