#include "harness/cli/text/claims_text.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "harness/base/figures.h"
#include "harness/base/sizes.h"
#include "harness/cli/text/markdown.h"
#include "harness/cli/text/look.h"

namespace gapmeter {
namespace {

using Json = nlohmann::json;

std::string number_text(double value, const std::string& unit) {
  if (unit == "ns") return format_time(value);
  if (unit == "x") return format_ratio(value);
  return fmt::format("{:.4g}{}{}", value, unit.empty() ? "" : " ", unit);
}

std::string place_of(const Figure& figure) {
  if (!figure.n) return figure.kernel;
  return fmt::format("{}, n = {}", figure.kernel, format_size(*figure.n));
}

// Figures that decided come first. For a figure at many sizes, the smallest size, the largest, and
// the one that the verdict names are enough.
std::vector<const Figure*> shown(const Decision& decision) {
  std::vector<const Figure*> all, some;
  for (const Figure& figure : decision.figures) all.push_back(&figure);
  std::stable_partition(all.begin(), all.end(),
                        [](const Figure* figure) { return figure->line.has_value(); });
  for (std::size_t i = 0; i < all.size(); ++i) {
    const auto continues = [&](std::size_t other) {
      return other < all.size() && all[other]->what == all[i]->what &&
             all[other]->kernel == all[i]->kernel;
    };
    const bool is_between = i > 0 && continues(i - 1) && continues(i + 1);
    if (!is_between || (decision.n && all[i]->n == decision.n)) some.push_back(all[i]);
  }
  return some;
}

// "compiler (GNU 12.2.0), processor (not recorded)".
std::string circumstances_text(const std::vector<Circumstance>& seen_with) {
  std::vector<std::string> parts;
  for (const auto& [what, found] : seen_with) {
    parts.push_back(fmt::format("{} ({})", name_of(what), found.empty() ? "not recorded" : found));
  }
  return fmt::format("{}", fmt::join(parts, ", "));
}

std::string as_text(const std::vector<DecidedClaim>& claims) {
  std::string text;
  for (const auto& [claim, decision, seen_with] : claims) {
    text += fmt::format("{}  {}: {}\n", claim.id, verdict_of(decision), claim.text);
    text += fmt::format("     rule: {}\n     here: {}\n", claim.rule, decision.reason);
    if (!seen_with.empty()) {
      text += fmt::format("     depends on: {}\n", circumstances_text(seen_with));
    }
    for (const Figure* figure : shown(decision)) {
      text +=
          fmt::format("       {}: {} ({})\n", figure->what, value_text(*figure), place_of(*figure));
    }
  }
  return text;
}

std::string as_markdown(const std::vector<DecidedClaim>& claims) {
  std::vector<std::vector<std::string>> lines{{"", "claim", "verdict", "depends on", "measured"}};
  for (const auto& [claim, decision, seen_with] : claims) {
    std::string numbers;
    for (const Figure* figure : shown(decision)) {
      if (!figure->line) continue;
      numbers += fmt::format("{}{}: {} ({})", numbers.empty() ? "" : "; ", figure->what,
                             value_text(*figure), place_of(*figure));
    }
    lines.push_back({claim.id, claim.text, verdict_of(decision), circumstances_text(seen_with),
                     numbers.empty() ? decision.reason : numbers});
  }
  return markdown_table(lines);
}

Json optional_json(const std::optional<double>& value) { return value ? Json(*value) : Json(); }

Json finding_json(const Figure& figure) {
  const auto& interval = figure.value.interval;
  return {{"what", figure.what},
          {"kernel", figure.kernel},
          {"n", figure.n ? Json(*figure.n) : Json()},
          {"value", figure.value.value},
          {"low", interval ? Json(interval->low) : Json()},
          {"high", interval ? Json(interval->high) : Json()},
          {"unit", figure.unit},
          {"text", value_text(figure)},
          {"line", optional_json(figure.line)}};
}

std::string as_json(const std::vector<DecidedClaim>& claims) {
  Json list = Json::array();
  for (const auto& [claim, decision, seen_with] : claims) {
    Json figures = Json::array(), depends_on = Json::object();
    for (const auto& [what, found] : seen_with) {
      depends_on[std::string(name_of(what))] = found.empty() ? Json() : Json(found);
    }
    for (const Figure& figure : decision.figures) figures.push_back(finding_json(figure));
    list.push_back({{"id", claim.id},
                    {"topic", claim.topic},
                    {"claim", claim.text},
                    {"rule", claim.rule},
                    {"kernels", claim.kernels},
                    {"depends_on", depends_on},
                    {"outcome", name_of(decision.outcome)},
                    {"verdict", verdict_of(decision)},
                    {"n", decision.n ? Json(*decision.n) : Json()},
                    {"reason", decision.reason},
                    {"findings", figures}});
  }
  return list.dump(2, ' ', false, Json::error_handler_t::replace) + '\n';
}

}  // namespace

std::string value_text(const Figure& figure) {
  const auto text = [&](double value) { return number_text(value, figure.unit); };
  const auto& interval = figure.value.interval;
  if (!interval || interval->low == interval->high) return text(figure.value.value);
  return fmt::format("{}, {} to {}", text(figure.value.value), text(interval->low),
                     text(interval->high));
}

std::string format_claims(const std::vector<DecidedClaim>& claims, OutputFormat format) {
  switch (format) {
    case OutputFormat::text:
      return as_text(claims);
    case OutputFormat::markdown:
      return as_markdown(claims);
    case OutputFormat::json:
      return as_json(claims);
  }
  throw std::logic_error("unknown format");
}

}  // namespace gapmeter
