// summary.csv from rounds.csv: a pure function of the rows.
#pragma once

#include <vector>

#include "harness/model/rows.h"

namespace gapmeter {

inline constexpr double summary_confidence = 0.95;

// One row per cell, in the order in which the cells first appear.
//
// A cell's latency is the median over its rounds of the rounds' estimates, with a distribution-free
// interval. A Python row's gap is the median over common rounds of its latency over that of the
// fastest verified native variant with the same kernel, n, threads and input, both read with
// batches of one length (latency_with_batches_of); a cell that failed has neither.
std::vector<SummaryRow> summarize(const std::vector<RoundRow>& rounds);

// One cell's latency over another's of the same size: the median over their rounds, paired by
// index, and its interval (paired_ratio with summary_confidence). Precondition: both have rounds.
Estimate latency_ratio(const SummaryRow& numerator, const SummaryRow& denominator);

// What a round would have read with batches of about batch_ns: every long batch contains
// interruptions that short ones escape. Uses whichever is nearest in length: the round's own
// batches, blocks of them, or the whole round.
double latency_with_batches_of(const Timing& timing, double batch_ns);

// The half-width of an interval relative to its middle; of log ratios nearly the same thing.
double relative_half_width(const Interval& interval);
// Whether everything that the row reports with an interval is known to this relative half-width.
bool is_precise(const SummaryRow& row, double precision);

}  // namespace gapmeter
