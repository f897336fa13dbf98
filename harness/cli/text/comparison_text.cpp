#include "harness/cli/text/comparison_text.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "harness/base/figures.h"
#include "harness/base/sizes.h"
#include "harness/cli/text/markdown.h"
#include "harness/cli/text/look.h"

namespace gapmeter {
namespace {

using Json = nlohmann::json;

std::string value_text(const Comparison& result, double value) {
  return result.quantity == "gap" ? format_ratio(value) : format_time(value);
}

std::string ratio_text(const Estimate& ratio) {
  if (!ratio.interval) return fmt::format("{:.3f}", ratio.value);
  return fmt::format("{:.3f} ({:.3f} to {:.3f})", ratio.value, ratio.interval->low,
                     ratio.interval->high);
}

std::vector<std::string> line_of(const Comparison& result, const ComparedCell& cell) {
  std::vector<std::string> line{cell.cell.kernel, to_string(cell.cell.variant),
                                format_size(cell.cell.n)};
  if (!cell.ratio) {
    line.insert(line.end(), {"", "", "", "",
                             cell.failed ? "failed"
                             : cell.lost ? "lost"
                                         : "not compared"});
    return line;
  }
  line.insert(line.end(), {value_text(result, cell.base), value_text(result, cell.compared),
                           ratio_text(*cell.ratio), fmt::to_string(cell.rounds),
                           std::string(name_of(cell.verdict))});
  return line;
}

const std::vector<std::string> header{"kernel", "variant",  "n",      "base",
                                      "new",    "new/base", "rounds", "verdict"};

std::string closing_line(const Comparison& result) {
  const std::string overall =
      result.overall ? fmt::format("overall {}: ", ratio_text(*result.overall)) : std::string();
  return fmt::format("{}{} (changes of {:g} % count; all intervals hold together at {:g} %)",
                     overall, name_of(result.verdict), result.rule.threshold * 100,
                     result.rule.confidence * 100);
}

std::string reasons(const Comparison& result, std::string_view bullet) {
  std::string text;
  for (const ComparedCell& cell : result.cells) {
    if (cell.reason.empty()) continue;
    text += fmt::format("{}{} {} n={}: {}\n", bullet, cell.cell.kernel,
                        to_string(cell.cell.variant), format_size(cell.cell.n), cell.reason);
  }
  return text;
}

std::string as_text(const Comparison& result) {
  std::vector<std::vector<std::string>> lines{header};
  for (const ComparedCell& cell : result.cells) lines.push_back(line_of(result, cell));
  return align_columns(lines) + reasons(result, "") + closing_line(result) + '\n';
}

std::string as_markdown(const Comparison& result) {
  std::vector<std::vector<std::string>> lines{header};
  for (const ComparedCell& cell : result.cells) lines.push_back(line_of(result, cell));
  const std::string text = markdown_table(lines);
  const std::string failures = reasons(result, "- ");
  return text + (failures.empty() ? "" : '\n' + failures) + '\n' + closing_line(result) + '\n';
}

Json estimate_json(const std::optional<Estimate>& estimate) {
  if (!estimate) return nullptr;
  Json json{{"ratio", estimate->value}, {"low", nullptr}, {"high", nullptr}};
  if (estimate->interval) {
    json["low"] = estimate->interval->low;
    json["high"] = estimate->interval->high;
  }
  return json;
}

std::string as_json(const Comparison& result) {
  Json cells = Json::array();
  for (const ComparedCell& cell : result.cells) {
    cells.push_back({{"kernel", cell.cell.kernel},
                     {"variant", to_string(cell.cell.variant)},
                     {"n", cell.cell.n},
                     {"threads", cell.cell.threads},
                     {"failed", cell.failed},
                     {"lost", cell.lost},
                     {"reason", cell.reason},
                     {"rounds", cell.rounds},
                     {"base", cell.ratio ? Json(cell.base) : Json(nullptr)},
                     {"new", cell.ratio ? Json(cell.compared) : Json(nullptr)},
                     {"ratio", estimate_json(cell.ratio)},
                     {"verdict", cell.ratio ? Json(name_of(cell.verdict)) : Json(nullptr)}});
  }
  const Json json{{"quantity", result.quantity},
                  {"threshold", result.rule.threshold},
                  {"confidence", result.rule.confidence},
                  {"cells", cells},
                  {"overall", estimate_json(result.overall)},
                  {"verdict", name_of(result.verdict)},
                  {"exit_status", exit_status(result)}};
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + '\n';
}

}  // namespace

std::string format_comparison(const Comparison& result, OutputFormat format) {
  switch (format) {
    case OutputFormat::text:
      return as_text(result);
    case OutputFormat::markdown:
      return as_markdown(result);
    case OutputFormat::json:
      return as_json(result);
  }
  throw std::logic_error("unknown format");
}

}  // namespace gapmeter
