// What a cell's rounds say of its latency: one kind of number for a call of any length.
#pragma once

#include <optional>
#include <vector>

#include "harness/base/statistics.h"
#include "harness/model/rows.h"

namespace gapmeter {

// One number for each round that has it, by the number of the round, ascending.
using RoundValues = std::vector<RoundValue>;

// The latency of a cell in one state of the machine, over the rounds that saw the state: in each
// the median over its slices of a slice's time per call.
RoundValues undisturbed_latencies(const std::vector<const RoundRow*>& rounds, double best);
RoundValues disturbed_latencies(const std::vector<const RoundRow*>& rounds, double best);
// Over all slices, whatever their state. A round of an older run is its median batch.
RoundValues all_latencies(const std::vector<const RoundRow*>& rounds);

// The figure of a cell: the median over rounds. Precondition: not empty.
double figure_of(const RoundValues& rounds);
// The confidence interval of the figure; nullopt with too few rounds.
std::optional<Interval> interval_of(const RoundValues& rounds, double confidence);
// One figure over another, and its interval from resampling the rounds that both have. What a round
// did to both cancels in it. Precondition: both have rounds.
Estimate ratio_of(const RoundValues& numerator, const RoundValues& denominator, double confidence);

}  // namespace gapmeter
