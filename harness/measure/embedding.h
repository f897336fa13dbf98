// The cost of embedding Python: the same variants, in turns, in the embedded interpreter and in the
// stock one that it stands for.
#pragma once

#include <string>
#include <vector>

#include "harness/measure/duel.h"
#include "harness/measure/plan.h"

namespace gapmeter {

struct EmbeddingCell {
  CellKey cell;
  std::string failure{};            // why there is no ratio
  std::optional<Estimate> ratio{};  // embedded over stock
};

// The size nearest to 1024, in ratio: long enough for the interpreter's loop to count, short enough
// for many calls. Precondition: not empty.
std::size_t probe_size(const std::vector<std::size_t>& sizes);

// The baselines of the first `most` kernels of a plan, each at its probe_size.
std::vector<CellKey> embedding_cells(const Catalog& catalog, const std::vector<CellGroup>& groups,
                                     std::size_t most);

// `runner` has the stock engine as base and the embedded one as the new side.
std::vector<EmbeddingCell> measure_embedding(const std::vector<CellKey>& cells, std::uint64_t seed,
                                             PairRunner& runner, const Clock& clock,
                                             const DuelRule& rule);

// The geometric mean of the ratios; nullopt without any.
std::optional<double> mean_penalty(const std::vector<EmbeddingCell>& cells);

}  // namespace gapmeter
