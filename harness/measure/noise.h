// How noisy the machine is now: how much two measurements of the same thing differ.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "harness/measure/duel.h"

namespace gapmeter {

// A build against itself. Every difference is noise.
struct NoiseCell {
  CellKey cell;
  std::string failure{};
  double seconds = 0;
  std::optional<Interval> change{};  // of the ratio, as `ab` measures it
  std::optional<Interval> gap{};     // of the ratio after rounds_of_gap rounds of `run`
  // Slices, and those of them that were undisturbed.
  std::int64_t slices = 0, undisturbed = 0;
};

// `runner` has the same build on both sides.
NoiseCell measure_noise(const CellKey& cell, PairRunner& runner, const Clock& clock,
                        const DuelRule& rule, std::size_t rounds_of_gap);

}  // namespace gapmeter
