// Which slices of a run count: those during which nothing outside slowed the core down.
//
// Every slice stands between two probes, runs of one fixed loop (worker/probe.h). What the loop
// takes at best over a whole run is what it takes on an undisturbed processor; a slice is
// undisturbed if both of its probes took hardly more, and if it hardly waited for another process.
// The measured code has no part in the choice.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "harness/base/histogram.h"
#include "harness/model/rows.h"

namespace gapmeter {

class Probes {
 public:
  // Both probes of an undisturbed slice are within this of the best.
  static constexpr double tolerance = 0.03;
  // And in thousandths of its time it waited no longer than this.
  static constexpr std::int64_t most_waited = 30;
  // The best is this quantile of all slices: low enough for a run that was disturbed most of the
  // time, high enough for a few probes that ran above the processor's usual speed not to be it.
  static constexpr double best_quantile = 0.01;

  Probes() = default;
  explicit Probes(const std::vector<RoundRow>& rows);

  // Counts the probes of a row's slices. Rows of older runs have none.
  void add(const RoundRow& row);

  // What the probe takes at best, in ns, with so many threads; nullopt if nothing was probed so.
  std::optional<double> best(int threads) const;

  // How many of a row's slices were undisturbed; 0 if nothing was probed.
  std::int64_t count_undisturbed(const RoundRow& row) const;

  // The greater reading of every slice, by the number of threads.
  const std::map<int, Histogram>& readings() const { return readings_; }

 private:
  std::map<int, Histogram> readings_;
};

// A cell with fewer undisturbed slices than this says too little in that state.
inline constexpr std::int64_t least_undisturbed_slices = 5;

// Whether both probes of a slice are near the best, and it had the processor to itself.
bool is_undisturbed(const Slice& slice, double best);
std::int64_t count_undisturbed(const Slices& slices, double best);

}  // namespace gapmeter
