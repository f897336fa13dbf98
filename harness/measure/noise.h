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
  std::optional<Interval> change{};  // of the ratio, in turns, as `ab` measures it
  std::optional<Interval> gap{};     // of the ratio, round after round, as `run` measures gaps
};

// `runner` has the same build on both sides; rounds_of_gap pairs of whole rounds follow the duel.
NoiseCell measure_noise(const CellKey& cell, PairRunner& runner, const Clock& clock,
                        const DuelRule& rule, int rounds_of_gap);

}  // namespace gapmeter
