#include "harness/claims/rules.h"

#include <utility>

namespace gapmeter {

void tell(Decision& decision, std::optional<Figure> figure) {
  if (figure) decision.figures.push_back(std::move(*figure));
}

std::function<Decision(const Evidence&)> ratio_is(bool above, Contrast contrast, double line,
                                                  std::vector<Contrast> beside) {
  return [above, line, contrast = std::move(contrast),
          beside = std::move(beside)](const Evidence& evidence) {
    std::vector<Figure> ratios =
        evidence.ratios(contrast.kernel, contrast.numerator, contrast.denominator);
    std::erase_if(ratios, [&](const Figure& ratio) {
      return *ratio.n < contrast.least_n || *ratio.n > contrast.largest_n;
    });
    if (ratios.empty()) {
      return evidence.not_measured(contrast.kernel, {contrast.numerator, contrast.denominator});
    }
    Decision decision = decide_over_sizes(std::move(ratios), line, above);
    for (const Contrast& other : beside) {
      tell(decision, evidence.last_ratio(other.kernel, other.numerator, other.denominator));
    }
    return decision;
  };
}

}  // namespace gapmeter
