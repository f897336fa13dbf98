#include "harness/analysis/comparison.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace gapmeter {
namespace {

Estimate exponential(const Estimate& logarithm) {
  Estimate result{.value = std::exp(logarithm.value)};
  if (logarithm.interval) {
    result.interval =
        Interval{std::exp(logarithm.interval->low), std::exp(logarithm.interval->high)};
  }
  return result;
}

std::optional<Estimate> overall_ratio(const std::vector<ComparedCell>& cells) {
  double sum = 0, squares = 0;
  int compared = 0;
  for (const ComparedCell& cell : cells) {
    if (!cell.ratio || !cell.ratio->interval) continue;
    const Interval& interval = *cell.ratio->interval;
    sum += std::log(cell.ratio->value);
    squares += std::pow(std::log(interval.high / interval.low) / 2, 2);
    ++compared;
  }
  if (compared == 0) return std::nullopt;
  const double mean = sum / compared, half_width = std::sqrt(squares) / compared;
  return exponential({mean, Interval{mean - half_width, mean + half_width}});
}

Verdict verdict_on_all(const std::vector<ComparedCell>& cells) {
  const auto any = [&](Verdict verdict) {
    return std::any_of(cells.begin(), cells.end(), [&](const ComparedCell& cell) {
      return cell.ratio && cell.verdict == verdict;
    });
  };
  if (any(Verdict::slower)) return Verdict::slower;
  const bool lost =
      std::any_of(cells.begin(), cells.end(), [](const ComparedCell& cell) { return cell.lost; });
  if (lost || any(Verdict::inconclusive)) return Verdict::inconclusive;
  if (any(Verdict::faster)) return Verdict::faster;
  return any(Verdict::same) ? Verdict::same : Verdict::inconclusive;
}

}  // namespace

std::string_view name_of(Verdict verdict) {
  constexpr std::array<std::string_view, 4> names{"same", "faster", "slower", "inconclusive"};
  return names[static_cast<std::size_t>(verdict)];
}

double confidence_of_one(const VerdictRule& rule, std::size_t cells) {
  return 1 - (1 - rule.confidence) / static_cast<double>(std::max<std::size_t>(1, cells));
}

double threshold_for(const VerdictRule& rule, double shortest_ns) {
  return shortest_ns > 0 ? std::max(rule.threshold, least_difference_ns / shortest_ns)
                         : rule.threshold;
}

Verdict judge(const Estimate& ratio, double threshold) {
  if (!ratio.interval) return Verdict::inconclusive;
  const auto [low, high] = *ratio.interval;
  if (low >= 1 / (1 + threshold) && high <= 1 + threshold) return Verdict::same;
  if (low > 1 && ratio.value >= 1 + threshold / 2) return Verdict::slower;
  if (high < 1 && ratio.value <= 1 / (1 + threshold / 2)) return Verdict::faster;
  return Verdict::inconclusive;
}

Estimate ratio_of_pairs(std::span<const double> ratios, double confidence) {
  return {median(ratios), median_interval(ratios, confidence)};
}

Comparison conclude(std::vector<ComparedCell> cells, const VerdictRule& rule) {
  for (ComparedCell& cell : cells) {
    if (!cell.ratio) continue;
    cell.verdict = judge(*cell.ratio, threshold_for(rule, cell.shortest_ns));
    if (cell.verdict != judge(*cell.ratio, rule.threshold)) {
      cell.reason = fmt::format(
          "less than {:g} ns a call, a clock cycle or two, is no change: where code happens to lie "
          "makes as much",
          least_difference_ns);
    }
  }
  Comparison result{.rule = rule, .cells = std::move(cells)};
  result.overall = overall_ratio(result.cells);
  result.verdict = verdict_on_all(result.cells);
  return result;
}

int exit_status(const Comparison& result) {
  const bool failed = std::any_of(
      result.cells.begin(), result.cells.end(),
      [&](const ComparedCell& cell) { return cell.failed || (result.rule.strict && cell.lost); });
  if (failed || result.verdict == Verdict::slower) return 1;
  return result.verdict == Verdict::inconclusive ? 3 : 0;
}

}  // namespace gapmeter
