#include "harness/worker/answer_check.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <utility>

#include "harness/base/text.h"
#include "harness/worker/output_text.h"

namespace gapmeter {
namespace {

using Json = nlohmann::json;

// Deeper answers are compared as text: a recursion must end.
constexpr int deepest = 200;

std::string shown(const Json& value) {
  constexpr std::size_t longest = 60;
  const std::string text = value.dump(-1, ' ', false, Json::error_handler_t::replace);
  return one_line(text.size() > longest ? text.substr(0, longest) + "…" : text);
}

class Comparison {
 public:
  explicit Comparison(double tolerance) : tolerance_(tolerance) {}

  OutputCheck run(const Json& expected, const Json& actual) {
    compare(expected, actual, "", std::nullopt);
    return std::move(check_);
  }

 private:
  void compare(const Json& expected, const Json& actual, const std::string& path,
               const std::optional<double>& scale) {
    if (!check_.matches) return;
    if (expected.is_number() && actual.is_number()) {
      return compare_numbers(expected, actual, path, scale);
    }
    if (expected.is_array() && actual.is_array()) return compare_lists(expected, actual, path);
    if (expected.is_object() && actual.is_object()) return compare_objects(expected, actual, path);
    if (expected != actual) differ(path, expected, actual, "");
  }

  void compare_numbers(const Json& expected, const Json& actual, const std::string& path,
                       const std::optional<double>& scale) {
    const double wanted = expected.get<double>(), got = actual.get<double>();
    const double error = std::abs(got - wanted);
    check_.max_error = std::max(check_.max_error, error);
    const double size = scale.value_or(std::abs(wanted));
    if (error <= tolerance_ * size) return;
    differ(
        path, expected, actual,
        size > 0 ? fmt::format(" ({:.2g} apart, relatively: see --tolerance)", error / size) : "");
  }

  void compare_lists(const Json& expected, const Json& actual, const std::string& path) {
    if (expected.size() != actual.size()) {
      return differ(path, Json(expected.size()), Json(actual.size()), " elements");
    }
    std::optional<double> scale;
    for (const Json& element : expected) {
      if (!element.is_number()) continue;
      scale = std::max(scale.value_or(0), std::abs(element.get<double>()));
    }
    for (std::size_t i = 0; i < expected.size(); ++i) {
      compare(expected[i], actual[i], fmt::format("{}[{}]", path, i), scale);
    }
  }

  void compare_objects(const Json& expected, const Json& actual, const std::string& path) {
    for (const auto& [key, value] : expected.items()) {
      const std::string below = path.empty() ? key : path + '.' + key;
      const auto found = actual.find(key);
      if (found == actual.end())
        return tell(fmt::format("its answer has no '{}'", one_line(below)));
      compare(value, *found, below, std::nullopt);
    }
    for (const auto& [key, value] : actual.items()) {
      if (!expected.contains(key)) {
        return tell(fmt::format("its answer has a '{}', which is not expected", one_line(key)));
      }
    }
  }

  void differ(const std::string& path, const Json& expected, const Json& actual,
              const std::string& how) {
    tell(fmt::format("its answer{} is {}, expected {}{}",
                     path.empty() ? "" : fmt::format("'s {}", one_line(path)), shown(actual),
                     shown(expected), how));
  }

  void tell(std::string difference) {
    if (!check_.matches) return;
    check_.matches = false;
    check_.difference = std::move(difference);
  }

  double tolerance_;
  OutputCheck check_{};
};

// Discarded if it is no JSON, or deeper than a comparison goes.
Json parse(const std::string& text) {
  bool is_too_deep = false;
  const auto watch = [&](int depth, Json::parse_event_t, const Json&) {
    is_too_deep = is_too_deep || depth > deepest;
    return !is_too_deep;
  };
  Json json = Json::parse(text, watch, /*allow_exceptions=*/false);
  return is_too_deep ? Json(Json::value_t::discarded) : json;
}

}  // namespace

OutputCheck check_answer(const std::string& expected, const std::string& actual, double tolerance) {
  if (expected == actual) return {};
  const Json wanted = parse(expected), got = parse(actual);
  if (wanted.is_discarded() || got.is_discarded()) {
    return check_text(expected, actual, tolerance);
  }
  return Comparison(tolerance).run(wanted, got);
}

}  // namespace gapmeter
