#include "harness/cli/text/reproduction_text.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <map>
#include <nlohmann/json.hpp>

#include "harness/base/figures.h"
#include "harness/base/sizes.h"
#include "harness/cli/text/markdown.h"
#include "harness/cli/text/look.h"

namespace gapmeter {
namespace {

using Json = nlohmann::json;
using Lines = std::vector<std::vector<std::string>>;

std::string exponent_text(const std::optional<double>& exponent) {
  return exponent ? fmt::format("{:.2f}", *exponent) : std::string();
}

std::string variant_text(const ReproducedGap& gap) {
  return gap.threads == 1 ? gap.variant : fmt::format("{}, {} threads", gap.variant, gap.threads);
}

Lines claim_lines(const Reproduction& reproduction) {
  Lines lines{{"claim", "reference", "here", ""}};
  for (const ReproducedClaim& claim : reproduction.claims) {
    const std::string in = claim.lane.empty() ? "" : " in " + language_of(claim.lane);
    lines.push_back(
        {claim.id + in, claim.reference, claim.here, std::string(name_of(claim.agreement))});
  }
  return lines;
}

Lines gap_lines(const Reproduction& reproduction) {
  Lines lines{{"kernel", "variant", "gap there", "here", "growth there", "here", "faster side",
               "growth", "magnitude"}};
  for (const ReproducedGap& gap : reproduction.gaps) {
    lines.push_back({gap.kernel, variant_text(gap), format_ratio(gap.reference_gap),
                     format_ratio(gap.gap), exponent_text(gap.reference_exponent),
                     exponent_text(gap.exponent), std::string(name_of(gap.side)),
                     std::string(name_of(gap.growth)), std::string(name_of(gap.magnitude))});
  }
  return lines;
}

std::string closing_line(const Reproduction& reproduction) {
  if (reproduction.failed_cells > 0) {
    return fmt::format("not reproduced: {} cells failed here\n", reproduction.failed_cells);
  }
  switch (exit_status(reproduction)) {
    case 0:
      return "reproduced: nothing contradicts the reference\n";
    case 1:
      return "contradicted: at least one verdict came out the other way\n";
    default:
      return "inconclusive: most claims that the reference decides were not decided here\n";
  }
}

std::string as_text(const Reproduction& reproduction) {
  return align_columns(claim_lines(reproduction)) + '\n' + align_columns(gap_lines(reproduction)) +
         format_missing(reproduction.missing) + closing_line(reproduction);
}

std::string as_markdown(const Reproduction& reproduction) {
  return markdown_table(claim_lines(reproduction)) + '\n' +
         markdown_table(gap_lines(reproduction)) + '\n' + format_missing(reproduction.missing) +
         closing_line(reproduction);
}

std::string as_json(const Reproduction& reproduction) {
  const auto number = [](const std::optional<double>& value) {
    return value ? Json(*value) : Json();
  };
  Json claims = Json::array(), gaps = Json::array();
  for (const ReproducedClaim& claim : reproduction.claims) {
    claims.push_back({{"id", claim.id},
                      {"lane", claim.lane.empty() ? Json() : Json(claim.lane)},
                      {"claim", claim.text},
                      {"reference", claim.reference},
                      {"here", claim.here},
                      {"agreement", name_of(claim.agreement)}});
  }
  for (const ReproducedGap& gap : reproduction.gaps) {
    gaps.push_back({{"kernel", gap.kernel},
                    {"variant", gap.variant},
                    {"threads", gap.threads},
                    {"sizes", gap.sizes},
                    {"reference_gap", gap.reference_gap},
                    {"gap", gap.gap},
                    {"reference_exponent", number(gap.reference_exponent)},
                    {"exponent", number(gap.exponent)},
                    {"side", name_of(gap.side)},
                    {"growth", name_of(gap.growth)},
                    {"magnitude", name_of(gap.magnitude)}});
  }
  Json missing = Json::array();
  for (const auto& [kernel, variant, reason] : reproduction.missing) {
    missing.push_back({{"kernel", kernel}, {"variant", variant}, {"reason", reason}});
  }
  const Json json{{"claims", claims},
                  {"gaps", gaps},
                  {"missing", missing},
                  {"failed_cells", reproduction.failed_cells},
                  {"exit_status", exit_status(reproduction)}};
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + '\n';
}

}  // namespace

std::string format_missing(const std::vector<MissingVariant>& missing) {
  std::map<std::string, std::vector<std::string>> by_reason;
  for (const auto& [kernel, variant, reason] : missing) {
    by_reason[reason].push_back(fmt::format("{} {}", kernel, variant));
  }
  std::string text;
  for (const auto& [reason, variants] : by_reason) {
    text += fmt::format("not here: {} ({})\n", fmt::join(variants, ", "), reason);
  }
  return text;
}

std::string format_reproduction(const Reproduction& reproduction, OutputFormat format) {
  switch (format) {
    case OutputFormat::text:
      return as_text(reproduction);
    case OutputFormat::markdown:
      return as_markdown(reproduction);
    case OutputFormat::json:
      return as_json(reproduction);
  }
  throw std::logic_error("unknown format");
}

}  // namespace gapmeter
