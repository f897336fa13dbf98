// Two runs of the same kernels, made one after the other or on different machines: what changed.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "harness/results/comparison.h"
#include "harness/results/records.h"

namespace gapmeter {

enum class Quantity { latency, gap };

struct RunComparison {
  ComparisonResult result{};
  std::vector<std::string> warnings{};
};

// Compares the cells that both runs have, by the rank-sum interval of their rounds' logarithms.
// Runs that were not interleaved also differ by what the machine did meanwhile, cell by cell: with
// enough cells, each interval is widened by the spread that the cells' ratios show around their
// median. Throws std::invalid_argument when the runs have no cell in common that could be compared.
RunComparison compare_runs(const std::vector<RoundRow>& base, const std::vector<RoundRow>& compared,
                           Quantity quantity, const VerdictRule& rule);

// In what two runs' machines, builds and interpreters differ, as far as times depend on it:
// "machine.cpu: A, then B". Takes the contents of their run.json.
std::vector<std::string> differences_of(const nlohmann::json& base, const nlohmann::json& compared);

}  // namespace gapmeter
