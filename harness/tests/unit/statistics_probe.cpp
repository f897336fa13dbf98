// Computes the statistics of data on stdin, for test_statistics_against_scipy.py: a JSON object per
// line in, one out.
//
//   {"values": [3, 1, 2], "quantiles": [0.1], "confidence": 0.95, "denominators": [1, 1, 1]}
//   {"mean": 2, "median": 2, "quantiles": [1.2], "median_interval": null,
//    "paired_ratio": {"ratio": 2, "interval": null}}
#include <exception>
#include <iostream>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "harness/results/statistics.h"

namespace {

using Json = nlohmann::json;

Json json_of(const std::optional<gapmeter::Interval>& interval) {
  return interval ? Json{interval->low, interval->high} : Json(nullptr);
}

Json statistics_of(const Json& request) {
  const auto values = request.at("values").get<std::vector<double>>();
  const auto denominators = request.at("denominators").get<std::vector<double>>();
  const auto confidence = request.at("confidence").get<double>();
  Json quantiles = Json::array();
  for (const double q : request.at("quantiles").get<std::vector<double>>()) {
    quantiles.push_back(gapmeter::quantile(values, q));
  }
  Json result{{"mean", gapmeter::mean(values)},
              {"median", gapmeter::median(values)},
              {"quantiles", quantiles},
              {"median_interval", json_of(gapmeter::median_interval(values, confidence))},
              {"paired_ratio", nullptr}};
  if (!denominators.empty()) {
    const gapmeter::Estimate ratio = gapmeter::paired_ratio(values, denominators, confidence);
    result["paired_ratio"] = {{"ratio", ratio.value}, {"interval", json_of(ratio.interval)}};
  }
  return result;
}

}  // namespace

int main() {
  try {
    for (std::string line; std::getline(std::cin, line);) {
      std::cout << statistics_of(Json::parse(line)).dump() << '\n';
    }
    return 0;
  } catch (const std::exception& error) {
    std::cerr << "statistics_probe: " << error.what() << '\n';
    return 2;
  }
}
