#include "harness/claims/rules.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace gapmeter {
namespace {

// At the sizes that say something about the claim.
std::vector<Figure> ratios_of(const Evidence& evidence, const Contrast& contrast, double line) {
  std::vector<Figure> ratios =
      evidence.ratios(contrast.kernel, contrast.numerator, contrast.denominator);
  std::erase_if(ratios, [&](const Figure& ratio) {
    return *ratio.n < contrast.least_n || *ratio.n > contrast.largest_n;
  });
  for (Figure& ratio : ratios) ratio.line = line;
  return ratios;
}

}  // namespace

Estimate quotient(const Estimate& numerator, const Estimate& denominator) {
  Estimate result{numerator.value / denominator.value};
  if (numerator.interval && denominator.interval) {
    result.interval = Interval{numerator.interval->low / denominator.interval->high,
                               numerator.interval->high / denominator.interval->low};
  }
  return result;
}

std::optional<Estimate> quantile_of_calls(const SummaryRow& row, double q) {
  const Histogram& calls = single_calls_of(row);
  const std::optional<double> value = supported_quantile(calls, q);
  if (!value) return std::nullopt;
  const auto count = static_cast<double>(calls.count());
  const double margin = normal_quantile(0.975) * std::sqrt(q * (1 - q) / count);
  return Estimate{*value, Interval{*calls.quantile(std::max(0.0, q - margin)),
                                   *calls.quantile(std::min(1.0, q + margin))}};
}

void tell(Decision& decision, std::optional<Figure> figure) {
  if (figure) decision.figures.push_back(std::move(*figure));
}

std::vector<Ruling> in_each_language(const std::function<Decide(const Language&)>& rule_of) {
  std::vector<Ruling> rulings;
  for (const char* lane : compiled_languages) rulings.push_back({lane, rule_of({lane})});
  return rulings;
}

std::vector<Ruling> in_each_language(Decision (*decide)(const Evidence&, const Language&)) {
  return in_each_language([decide](const Language& in) -> Decide {
    return [decide, in](const Evidence& evidence) { return decide(evidence, in); };
  });
}

std::vector<Ruling> about_python(Decide rule) { return {{"", std::move(rule)}}; }

Decide ratio_is(bool above, Contrast contrast, double line, std::vector<Contrast> beside) {
  return worst_ratio_is(above, {std::move(contrast)}, line, std::move(beside));
}

Decide worst_ratio_is(bool above, std::vector<Contrast> contrasts, double line,
                      std::vector<Contrast> beside) {
  return [above, line, contrasts = std::move(contrasts),
          beside = std::move(beside)](const Evidence& evidence) {
    std::vector<Figure> all;
    for (const Contrast& contrast : contrasts) {
      const std::vector<Figure> ratios = ratios_of(evidence, contrast, line);
      if (ratios.empty()) {
        return evidence.not_measured(contrast.kernel, {contrast.numerator, contrast.denominator});
      }
      all.insert(all.end(), ratios.begin(), ratios.end());
    }
    Decision decision = decide_over_sizes(worst_at_each_size(all, above), line, above);
    for (const Contrast& other : beside) {
      tell(decision, evidence.last_ratio(other.kernel, other.numerator, other.denominator));
    }
    return decision;
  };
}

}  // namespace gapmeter
