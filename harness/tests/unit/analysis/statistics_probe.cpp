// Computes the statistics of data on stdin, for test_statistics_against_scipy.py: a JSON object per
// line in, one out.
//
//   {"values": [3, 1, 2], "quantiles": [0.1], "confidence": 0.95, "denominators": [1, 1, 1],
//    "base": [1], "probabilities": [0.5], "growth": {"sizes": [1, 2], "rounds": [[1, 1], [2, 2]]}}
//   {"mean": 2, "median": 2, "quantiles": [1.2], "median_interval": null,
//    "rank_sum_shift": {"value": 1, "interval": null}, "normal_quantiles": [0],
//    "growth_exponent": {"value": 1, "interval": null}}
#include <exception>
#include <iostream>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "harness/analysis/growth.h"
#include "harness/base/statistics.h"

namespace {

using Json = nlohmann::json;

Json json_of(const std::optional<gapmeter::Interval>& interval) {
  return interval ? Json{interval->low, interval->high} : Json(nullptr);
}

Json json_of(const std::optional<gapmeter::Estimate>& estimate) {
  if (!estimate) return nullptr;
  return {{"value", estimate->value}, {"interval", json_of(estimate->interval)}};
}

// The rounds are listed by size.
Json growth_of(const Json& request) {
  const auto sizes = request.at("sizes").get<std::vector<std::size_t>>();
  const auto rounds = request.at("rounds").get<std::vector<std::vector<double>>>();
  std::vector<gapmeter::SizedValues> values;
  for (std::size_t i = 0; i < sizes.size(); ++i) values.push_back({sizes[i], rounds.at(i)});
  return json_of(gapmeter::growth_exponent(values));
}

void add_trimmed(const std::vector<double>& values, const std::vector<double>& denominators,
                 const std::vector<double>& base, double confidence, Json& result) {
  result["trimmed_mean"] = gapmeter::trimmed_mean(values);
  result["trimmed_mean_interval"] = json_of(gapmeter::trimmed_mean_interval(values, confidence));
  if (!denominators.empty()) {
    // The first values of both belong together, for as long as there are two.
    gapmeter::Pairs pairs;
    for (std::size_t i = 0; i < std::min(values.size(), denominators.size()); ++i) {
      pairs.emplace_back(i, i);
    }
    result["paired_trimmed_interval"] =
        json_of(gapmeter::trimmed_difference_interval(values, denominators, pairs, confidence));
  }
  if (!base.empty()) {
    result["independent_trimmed_interval"] =
        json_of(gapmeter::trimmed_difference_interval(values, base, {}, confidence));
  }
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
              {"rank_sum_shift", nullptr},
              {"normal_quantiles", Json::array()},
              {"student_quantiles", Json::array()},
              {"growth_exponent", growth_of(request.at("growth"))}};
  if (const auto base = request.at("base").get<std::vector<double>>(); !base.empty()) {
    result["rank_sum_shift"] = json_of(gapmeter::rank_sum_shift(values, base, confidence));
  }
  for (const double p : request.at("probabilities").get<std::vector<double>>()) {
    result["normal_quantiles"].push_back(gapmeter::normal_quantile(p));
    for (const int degrees : {1, 2, 3, 7, 40}) {
      result["student_quantiles"].push_back(gapmeter::student_quantile(p, degrees));
    }
  }
  add_trimmed(values, denominators, request.at("base").get<std::vector<double>>(), confidence,
              result);
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
