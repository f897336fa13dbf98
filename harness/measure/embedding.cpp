#include "harness/measure/embedding.h"

#include <algorithm>
#include <cmath>

#include "harness/analysis/comparison.h"

namespace gapmeter {
namespace {

bool runs_baseline(const CellGroup& group, const VariantId& baseline) {
  return std::any_of(group.variants.begin(), group.variants.end(),
                     [&](const PlannedVariant& planned) {
                       return planned.id == baseline && planned.threads == 1 && !planned.settled;
                     });
}

}  // namespace

std::size_t probe_size(const std::vector<std::size_t>& sizes) {
  const auto distance = [](std::size_t n) {
    return std::abs(std::log(static_cast<double>(n) / 1024.0));
  };
  return *std::min_element(sizes.begin(), sizes.end(),
                           [&](std::size_t a, std::size_t b) { return distance(a) < distance(b); });
}

std::vector<CellKey> embedding_cells(const Catalog& catalog, const std::vector<CellGroup>& groups,
                                     std::size_t most) {
  std::vector<CellKey> cells;
  for (const Kernel& kernel : catalog.kernels) {
    if (kernel.service) continue;  // its Python runs as a program of its own
    const VariantId baseline = baseline_of(kernel);
    std::vector<std::size_t> sizes;
    for (const CellGroup& group : groups) {
      if (group.kernel == kernel.name && runs_baseline(group, baseline)) {
        sizes.push_back(group.n);
      }
    }
    if (!sizes.empty() && cells.size() < most) {
      cells.push_back({.kernel = kernel.name, .variant = baseline, .n = probe_size(sizes)});
    }
  }
  return cells;
}

std::vector<EmbeddingCell> measure_embedding(const std::vector<CellKey>& cells, std::uint64_t seed,
                                             PairRunner& runner, const Clock& clock,
                                             const DuelRule& rule) {
  std::vector<EmbeddingCell> measured;
  for (const CellKey& cell : cells) {
    if (rule.stop != nullptr && *rule.stop) break;
    const Task task{.kernel = cell.kernel,
                    .variant = cell.variant,
                    .n = cell.n,
                    .threads = cell.threads,
                    .seed = seed};
    const DuelResult duel = run_duel(task, runner, clock, rule);
    measured.push_back({.cell = cell, .failure = duel.failure});
    if (!duel.ratios.empty() && duel.failure.empty()) {
      measured.back().ratio = ratio_of_pairs(duel.ratios, rule.confidence);
    }
  }
  return measured;
}

std::optional<double> mean_penalty(const std::vector<EmbeddingCell>& cells) {
  double sum = 0;
  int measured = 0;
  for (const EmbeddingCell& cell : cells) {
    if (!cell.ratio) continue;
    sum += std::log(cell.ratio->value);
    ++measured;
  }
  if (measured == 0) return std::nullopt;
  return std::exp(sum / measured);
}

}  // namespace gapmeter
