#include "harness/measure/noise.h"

#include <algorithm>
#include <span>

#include "harness/analysis/comparison.h"

namespace gapmeter {

NoiseCell measure_noise(const CellKey& cell, PairRunner& runner, const Clock& clock,
                        const DuelRule& rule, std::size_t rounds_of_gap) {
  const Task task{
      .kernel = cell.kernel, .variant = cell.variant, .n = cell.n, .threads = cell.threads};
  const DuelResult duel = run_duel(task, runner, clock, rule);
  NoiseCell noise{.cell = cell,
                  .failure = duel.failure,
                  .seconds = duel.seconds,
                  .slices = duel.slices,
                  .undisturbed = duel.undisturbed};
  if (!duel.failure.empty() || duel.ratios.empty()) return noise;
  noise.change = ratio_of_pairs(duel.ratios, rule.confidence).interval;
  const auto first = std::span(duel.ratios).first(std::min(rounds_of_gap, duel.ratios.size()));
  noise.gap = ratio_of_pairs(first, rule.confidence).interval;
  return noise;
}

}  // namespace gapmeter
