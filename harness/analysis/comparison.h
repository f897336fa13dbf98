// Verdicts on two measurements of the same cell: an old and a new one, or those of two builds.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "harness/model/rows.h"
#include "harness/base/statistics.h"

namespace gapmeter {

enum class Verdict : std::uint8_t { same, faster, slower, inconclusive };
std::string_view name_of(Verdict verdict);

// When a difference counts as a change.
struct VerdictRule {
  // The smallest change that matters: it is found if it is there, and never reported if there is
  // less than half of it.
  double threshold = 0.02;
  // The confidence that all intervals of a comparison hold at once; each of m cells gets 1 - (1 -
  // confidence) / m (Bonferroni).
  double confidence = 0.99;
  bool strict = false;  // a lost cell is a failure
};
double confidence_of_one(const VerdictRule& rule, std::size_t cells);

// A clock cycle or two. Two processes of one executable differ by as much in calls of few
// nanoseconds, each for as long as it lives, by where code and data happen to lie: less is no
// change of the code.
constexpr double least_difference_ns = 0.5;
// The rule's, or what `least_difference_ns` is of a call that takes `shortest_ns`, if that is more.
// 0 where that is not known.
double threshold_for(const VerdictRule& rule, double shortest_ns);

// `ratio` is new over base. `same` when the interval lies within the threshold on both sides;
// otherwise a change when the interval excludes 1 and the ratio is nearer to a change by the
// threshold than to none; else, and without an interval, inconclusive.
Verdict judge(const Estimate& ratio, double threshold);

// One cell of a comparison. Cells that could not be compared have a reason and no ratio.
struct ComparedCell {
  CellKey cell;
  // A mismatch or a crash: of the new side, and where builds take turns of either.
  bool failed = false;
  // The base has a figure, and the new side none to hold against it, without having failed: it was
  // skipped, is not there, or had other inputs.
  bool lost = false;
  std::string reason{};             // also why a difference is none
  int rounds = 0;                   // of the side with fewer
  double base = 0, compared = 0;    // medians: nanoseconds, or gaps
  double shortest_ns = 0;           // of the calls that either is made of
  std::optional<Estimate> ratio{};  // compared over base
  Verdict verdict = Verdict::inconclusive;
};

struct Comparison {
  VerdictRule rule{};
  std::string quantity = "latency";  // or "gap"
  std::vector<ComparedCell> cells{};
  // The geometric mean over cells and its interval, from theirs as independent errors.
  std::optional<Estimate> overall{};
  Verdict verdict = Verdict::inconclusive;
  std::vector<std::string> warnings{};  // about what weakens it
};

// The median of ratios and its distribution-free interval (median_interval). On machines whose
// speed changes in phases, most pairs agree to a fraction of a percent and some are far off. The
// median ignores these; averages and rank sums do not.
Estimate ratio_of_pairs(std::span<const double> ratios, double confidence);

// Verdicts of every cell and of all together: slower if any is, then inconclusive if any is or was
// lost, then faster if any is. Expects ratios with intervals of confidence_of_one, and judges each
// by threshold_for.
Comparison conclude(std::vector<ComparedCell> cells, const VerdictRule& rule);

// 0 well, 1 slower or failed or, by a strict rule, lost, 3 inconclusive.
int exit_status(const Comparison& result);

}  // namespace gapmeter
