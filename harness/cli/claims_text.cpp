#include "harness/cli/claims_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "harness/cli/markdown.h"
#include "harness/cli/table.h"
#include "harness/run/sizes.h"

namespace gapmeter {
namespace {

using Json = nlohmann::json;

std::string number_text(double value, const std::string& unit) {
  if (unit == "ns") return format_time(value);
  if (unit == "x") return format_ratio(value);
  return fmt::format("{:.4g}{}{}", value, unit.empty() ? "" : " ", unit);
}

std::string place_of(const Figure& finding) {
  if (!finding.n) return finding.kernel;
  return fmt::format("{}, n = {}", finding.kernel, format_size(*finding.n));
}

// What decided comes first. Of a figure at many sizes the smallest, the largest and the one that
// the verdict names are enough.
std::vector<const Figure*> shown(const Decision& decision) {
  std::vector<const Figure*> all, some;
  for (const Figure& figure : decision.findings) all.push_back(&figure);
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

std::string as_text(const std::vector<DecidedClaim>& claims) {
  std::string text;
  for (const auto& [claim, decision] : claims) {
    text += fmt::format("{}  {}: {}\n", claim.id, verdict_of(decision), claim.text);
    text += fmt::format("     rule: {}\n     here: {}\n", claim.rule, decision.reason);
    for (const Figure* finding : shown(decision)) {
      text += fmt::format("       {}: {} ({})\n", finding->what, value_text(*finding),
                          place_of(*finding));
    }
  }
  return text;
}

std::string as_markdown(const std::vector<DecidedClaim>& claims) {
  std::vector<std::vector<std::string>> lines{{"", "claim", "verdict", "measured"}};
  for (const auto& [claim, decision] : claims) {
    std::string numbers;
    for (const Figure* finding : shown(decision)) {
      if (!finding->line) continue;
      numbers += fmt::format("{}{}: {} ({})", numbers.empty() ? "" : "; ", finding->what,
                             value_text(*finding), place_of(*finding));
    }
    lines.push_back(
        {claim.id, claim.text, verdict_of(decision), numbers.empty() ? decision.reason : numbers});
  }
  return markdown_table(lines);
}

Json optional_json(const std::optional<double>& value) { return value ? Json(*value) : Json(); }

Json finding_json(const Figure& finding) {
  const auto& interval = finding.value.interval;
  return {{"what", finding.what},
          {"kernel", finding.kernel},
          {"n", finding.n ? Json(*finding.n) : Json()},
          {"value", finding.value.value},
          {"low", interval ? Json(interval->low) : Json()},
          {"high", interval ? Json(interval->high) : Json()},
          {"unit", finding.unit},
          {"text", value_text(finding)},
          {"line", optional_json(finding.line)}};
}

std::string as_json(const std::vector<DecidedClaim>& claims) {
  Json list = Json::array();
  for (const auto& [claim, decision] : claims) {
    Json findings = Json::array();
    for (const Figure& finding : decision.findings) findings.push_back(finding_json(finding));
    list.push_back({{"id", claim.id},
                    {"topic", claim.topic},
                    {"claim", claim.text},
                    {"rule", claim.rule},
                    {"kernels", claim.kernels},
                    {"outcome", name_of(decision.outcome)},
                    {"verdict", verdict_of(decision)},
                    {"n", decision.n ? Json(*decision.n) : Json()},
                    {"reason", decision.reason},
                    {"findings", findings}});
  }
  return list.dump(2, ' ', false, Json::error_handler_t::replace) + '\n';
}

}  // namespace

std::string value_text(const Figure& finding) {
  const auto text = [&](double value) { return number_text(value, finding.unit); };
  const auto& interval = finding.value.interval;
  if (!interval || interval->low == interval->high) return text(finding.value.value);
  return fmt::format("{}, {} to {}", text(finding.value.value), text(interval->low),
                     text(interval->high));
}

std::string format_claims(const std::vector<DecidedClaim>& claims, ReportFormat format) {
  switch (format) {
    case ReportFormat::text:
      return as_text(claims);
    case ReportFormat::markdown:
      return as_markdown(claims);
    case ReportFormat::json:
      return as_json(claims);
  }
  throw std::logic_error("unknown format");
}

}  // namespace gapmeter
