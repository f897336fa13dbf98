#include "harness/cli/text/claims_text.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <functional>
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

// What became of a claim in one language, which is named if there are several.
std::string text_of(const LaneDecision& decided) {
  const auto& [lane, decision, seen_with] = decided;
  std::string text = lane.empty() ? fmt::format("     here: {}\n", decision.reason)
                                  : fmt::format("     {}: {}: {}\n", language_of(lane),
                                                verdict_of(decision), decision.reason);
  if (!seen_with.empty() && decision.outcome != Outcome::not_measured) {
    text += fmt::format("     depends on: {}\n", circumstances_text(seen_with));
  }
  for (const Figure* figure : shown(decision)) {
    text +=
        fmt::format("       {}: {} ({})\n", figure->what, value_text(*figure), place_of(*figure));
  }
  return text;
}

std::string as_text(const std::vector<DecidedClaim>& claims) {
  std::string text;
  for (const DecidedClaim& decided : claims) {
    const Claim& claim = decided.claim;
    text += fmt::format("{}  {}: {}\n     rule: {}\n", claim.id, verdict_of(decided), claim.text,
                        claim.rule);
    for (const LaneDecision& of_lane : decided.decisions) text += text_of(of_lane);
  }
  return text;
}

// The figures that decided it, or why nothing did.
std::string numbers_of(const Decision& decision) {
  std::string numbers;
  for (const Figure* figure : shown(decision)) {
    if (!figure->line) continue;
    numbers += fmt::format("{}{}: {} ({})", numbers.empty() ? "" : "; ", figure->what,
                           value_text(*figure), place_of(*figure));
  }
  return numbers.empty() ? decision.reason : numbers;
}

// Of each language that was measured, with its name if there are several; of the main one if none.
std::string of_languages(const DecidedClaim& decided,
                         const std::function<std::string(const LaneDecision&)>& text_of) {
  std::string text;
  int count = 0;
  for (const LaneDecision& of_lane : decided.decisions) {
    if (of_lane.decision.outcome == Outcome::not_measured) continue;
    text += fmt::format("{}{}: {}", ++count > 1 ? "; " : "", language_of(of_lane.lane),
                        text_of(of_lane));
  }
  return count > 1 ? text : text_of(decided.main());
}

std::string as_markdown(const std::vector<DecidedClaim>& claims) {
  std::vector<std::vector<std::string>> lines{{"", "claim", "verdict", "depends on", "measured"}};
  for (const DecidedClaim& decided : claims) {
    const auto depends_on = [](const LaneDecision& of) { return circumstances_text(of.seen_with); };
    const auto measured = [](const LaneDecision& of) { return numbers_of(of.decision); };
    const bool depends = !decided.main().seen_with.empty();
    lines.push_back({decided.claim.id, decided.claim.text, verdict_of(decided),
                     depends ? of_languages(decided, depends_on) : "",
                     of_languages(decided, measured)});
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

Json decision_json(const LaneDecision& decided) {
  const auto& [lane, decision, seen_with] = decided;
  Json figures = Json::array(), depends_on = Json::object();
  for (const auto& [what, found] : seen_with) {
    depends_on[std::string(name_of(what))] = found.empty() ? Json() : Json(found);
  }
  for (const Figure& figure : decision.figures) figures.push_back(finding_json(figure));
  return {{"lane", lane.empty() ? Json() : Json(lane)},
          {"language", lane.empty() ? Json() : Json(language_of(lane))},
          {"depends_on", depends_on},
          {"outcome", name_of(decision.outcome)},
          {"verdict", verdict_of(decision)},
          {"n", decision.n ? Json(*decision.n) : Json()},
          {"reason", decision.reason},
          {"findings", figures}};
}

// What became of a claim is what became of its main decision, told in one sentence with the others.
std::string as_json(const std::vector<DecidedClaim>& claims) {
  Json list = Json::array();
  for (const DecidedClaim& decided : claims) {
    const Claim& claim = decided.claim;
    Json entry = decision_json(decided.main());
    entry.update({{"id", claim.id},
                  {"topic", claim.topic},
                  {"claim", claim.text},
                  {"rule", claim.rule},
                  {"kernels", claim.kernels},
                  {"verdict", verdict_of(decided)}});
    Json decisions = Json::array();
    for (const LaneDecision& of_lane : decided.decisions) {
      decisions.push_back(decision_json(of_lane));
    }
    entry["languages"] = decided.decisions.size() > 1 ? decisions : Json::array();
    list.push_back(std::move(entry));
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
