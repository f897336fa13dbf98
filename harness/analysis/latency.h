// What a cell's rounds say of its latency: one kind of number for a call of any length.
#pragma once

#include <optional>
#include <string>
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

// The figure of a cell: the trimmed mean over rounds (trimmed_mean), in logarithms, or, of a cell
// with several speeds, over those that had the speed of most; of two speeds that are as frequent,
// the slower. Precondition: not empty.
double figure_of(const RoundValues& rounds);
// The confidence interval of the figure; nullopt with fewer than three rounds. Of a cell with
// several speeds it spans all of its rounds.
std::optional<Interval> interval_of(const RoundValues& rounds, double confidence);
// One figure over another, and its confidence interval: what a round that both have did to both
// cancels in it (trimmed_difference_interval). Precondition: both have rounds, of the same run.
Estimate ratio_of(const RoundValues& numerator, const RoundValues& denominator, double confidence);

// The speeds of a cell, fastest first: one, unless its rounds fall into groups with nothing between
// them, each of two rounds or more. That is how a choice looks that a process makes once and keeps,
// like where its memory lies: a median would be a toss of a coin. Precondition: not empty.
std::vector<Speed> speeds_of(const RoundValues& rounds);

// What the rounds of the slowest speed had more of than those of the fastest, in words: faults,
// switches. Empty where nothing that is counted tells them apart.
std::string difference_between(const Speed& fast, const Speed& slow,
                               const std::vector<const RoundRow*>& rounds);

// How the last third of a round's slices compares with the first, over the rounds with slices
// enough: below 1 for a call that was still getting faster, above 1 for one that got slower.
// nullopt if the thirds differ by no more than noise does.
std::optional<double> drift_of(const std::vector<const RoundRow*>& rounds);

}  // namespace gapmeter
