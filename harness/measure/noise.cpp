#include "harness/measure/noise.h"



#include "harness/analysis/comparison.h"

namespace gapmeter {
NoiseCell measure_noise(const CellKey& cell, PairRunner& runner, const Clock& clock,
                        const DuelRule& rule, int rounds_of_gap) {
  Task task{.kernel = cell.kernel, .variant = cell.variant, .n = cell.n, .threads = cell.threads};
  const DuelResult duel = run_duel(task, runner, clock, rule);
  NoiseCell noise{.cell = cell, .failure = duel.failure, .seconds = duel.seconds};
  if (!duel.failure.empty() || duel.ratios.empty()) return noise;
  noise.change = ratio_of_pairs(duel.ratios, rule.confidence).interval;
  std::vector<std::vector<double>> latency_ns(2);
  task.timing = {.batch_ns = rule.batch_ns};
  for (int round = 0; round < 2 * rounds_of_gap; ++round) {
    const int side = (round + 1) / 2 % 2;
    const TaskOutcome outcome = runner.run(side, task);
    if (!outcome.measurement.timing) return noise;
    task.timing.batch = outcome.measurement.timing->batch;
    latency_ns[static_cast<std::size_t>(side)].push_back(outcome.measurement.timing->latency_ns);
  }
  noise.gap = paired_ratio(latency_ns[1], latency_ns[0], rule.confidence).interval;
  return noise;
}

}  // namespace gapmeter
