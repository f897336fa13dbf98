// summary.csv from rounds.csv: a pure function of the rows.
#pragma once

#include <cstddef>
#include <string>
#include <tuple>
#include <vector>

#include "harness/analysis/undisturbed.h"
#include "harness/model/against.h"
#include "harness/model/rows.h"

namespace gapmeter {

inline constexpr double summary_confidence = 0.95;

// What has to be the same for two rows to be compared: kernel, n, threads, input and job.
using ComparedWork = std::tuple<std::string, std::size_t, int, std::string, std::string>;
ComparedWork work_of(const SummaryRow& row);

// One row per cell, in the order in which the cells first appear.
//
// A cell's latency is what it takes in undisturbed slices (Probes): of a round the median over its
// slices, of the cell the figure over its rounds (latency.h). Where too few slices were undisturbed
// it is that of all slices, and the row's state says `mixed`. A Python row's gap is its latency
// over that of the fastest verified compiled variant with the same kernel, n, threads, input and
// job, of those that `against` admits. A cell that failed has neither.
std::vector<SummaryRow> summarize(const std::vector<RoundRow>& rounds, const Against& against = {});
// Of some rows of a run, whose probes are known.
std::vector<SummaryRow> summarize(const std::vector<RoundRow>& rounds, const Probes& probes,
                                  const Against& against = {});
// The same rows with gaps against others. How the rounds were ended stays as it was.
std::vector<SummaryRow> with_gaps_against(std::vector<SummaryRow> rows, const Against& against);

// The rounds with the jobs that their variants have in another run. Jobs are declared and not
// measured, so that two runs can be held against each other though one is older than a job: their
// gaps are then between the same variants.
std::vector<RoundRow> with_jobs_of(const std::vector<SummaryRow>& other,
                                   std::vector<RoundRow> rounds);

// One cell's latency over another's: the quotient of the two, and its interval (ratio_of with
// summary_confidence). Precondition: both have latencies.
Estimate latency_ratio(const SummaryRow& numerator, const SummaryRow& denominator);
// The same, without an interval if either was disturbed nearly all the time: of a machine that
// changed its state at will, an interval says only which state prevailed.
Estimate steady_ratio(const SummaryRow& numerator, const SummaryRow& denominator);

// The half-width of an interval relative to its middle; of log ratios nearly the same thing.
double relative_half_width(const Interval& interval);
// How well a row's figure is known: the half-width of its gap's interval; of a compiled cell's
// ratio to the fastest; of the fastest, that of its latency or of what is known best relative to
// it; of a cell that is compared with nothing that of its latency. Infinite without an interval,
// and for a cell that was disturbed nearly all the time.
double half_width_of(const SummaryRow& row);
inline bool is_precise(const SummaryRow& row, double precision) {
  return half_width_of(row) <= precision;
}
// Whether further rounds, up to so many, are not worth their time: by the square root of their
// number they would leave the half-width at twice what is wanted, or more. Before a few rounds are
// there nobody can tell.
bool is_out_of_reach(const SummaryRow& row, double precision, int most_rounds);

}  // namespace gapmeter
