// Claims on how times and gaps grow with n: C21 to C23.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

#include "harness/claims/rules.h"
#include "harness/analysis/growth.h"
#include "harness/base/sizes.h"

namespace gapmeter {
namespace {

using Rounds = std::vector<RoundValue> SummaryRow::*;

// The exponent of a gap above which it widens.
constexpr double widens = 0.05;

// Whether the machine left a cell, and the one that its gap is against, alone for long enough.
bool is_left_alone(const Evidence& evidence, const SummaryRow& row) {
  const SummaryRow* reference = evidence.cell(row.cell.kernel, row.reference, row.cell.n);
  return row.state != MachineState::mixed &&
         (reference == nullptr || reference->state != MachineState::mixed);
}

// A variant's values in the run's rounds at the sizes from `least_n` on, those left out that were
// disturbed nearly all the time.
std::vector<SizedValues> sized_values(const Evidence& evidence, const std::string& kernel,
                                      const std::string& variant, Rounds rounds,
                                      std::size_t least_n) {
  std::vector<SizedValues> values;
  for (const std::size_t n : evidence.sizes(kernel, variant)) {
    const SummaryRow& row = *evidence.cell(kernel, variant, n);
    if (n < least_n || (row.*rounds).empty() || !is_left_alone(evidence, row)) continue;
    values.push_back({n, values_of(row.*rounds)});
  }
  return values;
}

// How the gap of a variant grows: its exponent, or where it has none the gap at the largest size
// over that at the smallest. Of both the line is the same: n^0.05.
std::optional<Figure> widening(const Evidence& evidence, const std::string& kernel,
                               const std::string& variant) {
  const std::vector<SizedValues> gaps =
      sized_values(evidence, kernel, variant, &SummaryRow::round_gaps, 1);
  if (const std::optional<Estimate> exponent = power_law(gaps).exponent) {
    return Figure{.what = "growth exponent of the gap of " + variant,
                  .kernel = kernel,
                  .value = *exponent,
                  .line = widens};
  }
  const std::optional<Estimate> ratio = end_ratio(gaps);
  if (!ratio) return std::nullopt;
  const std::size_t first = gaps.front().n, last = gaps.back().n;
  const double range = static_cast<double>(last) / static_cast<double>(first);
  return Figure{.what = fmt::format("gap of {} at n = {} over that at n = {}", variant,
                                    format_size(last), format_size(first)),
                .kernel = kernel,
                .value = *ratio,
                .unit = "x",
                .line = std::pow(range, widens)};
}

Decision gaps_widen(const Evidence& evidence) {
  std::vector<Figure> figures;
  for (const std::string& kernel : evidence.kernels()) {
    auto found = widening(evidence, kernel, evidence.baseline(kernel));
    if (found) figures.push_back(std::move(*found));
  }
  if (figures.empty()) {
    return {.outcome = Outcome::not_measured, .reason = "no kernel was measured at two sizes"};
  }
  return decide_by_majority(std::move(figures), true, "kernels");
}

constexpr Interval linear{0.9, 1.1};

// A variant whose time is claimed to be linear, and how its time grows.
struct TimeLine {
  std::string kernel, variant;
  std::size_t sizes = 0;
  PowerLaw law{};
};

std::vector<TimeLine> time_lines(const Evidence& evidence, const Language& in) {
  std::vector<TimeLine> lines;
  for (const auto& [kernel, variant] : {std::pair<std::string, std::string>{"sum", in("strict")},
                                        {"sum", "python/builtin"},
                                        {"apply_weights", in("zipped", "into")},
                                        {"apply_weights", "python/comprehension"}}) {
    const std::vector<SizedValues> times =
        sized_values(evidence, kernel, variant, &SummaryRow::round_latencies_ns, past_the_call);
    lines.push_back({kernel, variant, times.size(), power_law(times)});
  }
  return lines;
}

bool is_outside(const Estimate& exponent) {
  return side_of(exponent, linear.low) == Side::below ||
         side_of(exponent, linear.high) == Side::above;
}

bool is_inside(const Estimate& exponent) {
  return side_of(exponent, linear.low) == Side::above &&
         side_of(exponent, linear.high) == Side::below;
}

// "native/into of apply_weights is up to 48 % from a straight line".
std::string bend_of(const TimeLine& line) {
  return fmt::format("{} of {} is up to {:.0f} % from a straight line", line.variant, line.kernel,
                     *line.law.deviation * 100);
}

Decision linearity_of(const std::vector<TimeLine>& lines) {
  Decision decision{.outcome = Outcome::holds,
                    .reason = "every exponent from 1Ki on is between 0.9 and 1.1"};
  std::vector<std::string> bends;
  bool any_outside = false, all_inside = true;
  for (const TimeLine& line : lines) {
    if (!line.law.exponent) {
      bends.push_back(bend_of(line));
      continue;
    }
    any_outside |= is_outside(*line.law.exponent);
    all_inside &= is_inside(*line.law.exponent);
    decision.figures.push_back({.what = "growth exponent of time of " + line.variant,
                                .kernel = line.kernel,
                                .value = *line.law.exponent,
                                .line = 1});
  }
  if (any_outside) {
    decision.outcome = Outcome::fails;
    decision.reason = "an exponent is not between 0.9 and 1.1";
  } else if (!bends.empty()) {
    decision.outcome = Outcome::open;
    decision.reason = fmt::format("no exponent: {}", fmt::join(bends, ", "));
  } else if (!all_inside) {
    decision.outcome = Outcome::open;
    decision.reason = "an interval reaches beyond 0.9 to 1.1";
  }
  return decision;
}

Decision times_are_linear(const Evidence& evidence, const Language& in) {
  const std::vector<TimeLine> lines = time_lines(evidence, in);
  const bool all_measured = std::all_of(lines.begin(), lines.end(), [](const TimeLine& line) {
    return line.sizes >= fewest_sizes_of_line && line.law.deviation;
  });
  if (!all_measured) {
    return {.outcome = Outcome::not_measured,
            .reason = "sum and apply_weights were not measured at five sizes from 1Ki on"};
  }
  return linearity_of(lines);
}

// Both halves have to hold: a plain loop keeps up if there is little to compute per byte, and falls
// behind if there is much.
// The library is the same for every language: BLAS, as C++ calls it.
Decision libraries_for_heavy_lifting(const Evidence& evidence, const Language& in) {
  const std::string loop = in("zipped", "into"), rows = in("rows"), blas = "native/cblas";
  std::vector<Figure> simple = evidence.ratios("apply_weights", loop, "python/numpy_out");
  if (simple.empty()) return evidence.not_measured("apply_weights", {loop, "python/numpy_out"});
  const auto heavy = evidence.last_ratio("linear_batch", rows, blas);
  if (!heavy) return evidence.not_measured("linear_batch", {rows, blas});
  Decision loops = decide_over_sizes(std::move(simple), 1.1, false);
  const Decision library = decide_once(*heavy, 1.5, true);
  Decision decision{
      .outcome = Outcome::open,
      .reason = "apply_weights: " + loops.reason + "; linear_batch: " + library.reason,
      .figures = std::move(loops.figures)};
  decision.figures.push_back(library.figures.front());
  for (Figure& ratio : evidence.ratios("linear_batch", rows, blas)) {
    if (ratio.n != heavy->n) decision.figures.push_back(std::move(ratio));
  }
  if (loops.outcome == Outcome::holds && library.outcome == Outcome::holds) {
    decision.outcome = Outcome::holds;
  } else if (loops.outcome == Outcome::fails || library.outcome == Outcome::fails) {
    decision.outcome = Outcome::fails;
  } else if (loops.outcome != Outcome::open && library.outcome == Outcome::holds) {
    decision.outcome = loops.outcome;
    decision.n = loops.n;
  }
  return decision;
}

}  // namespace

std::vector<Claim> growth_claims() {
  return {
      {.id = "C21",
       .topic = "growth",
       .text = "The gap is a constant overhead at small sizes and widens as data grows.",
       .rule = "The gap of the Python that people would write first grows by more than n^0.05 "
               "in at least three quarters of the kernels; it does not widen where half of them "
               "grow by less. It grows by the exponent of the line through at least five sizes "
               "or, where none lies within a factor of 1.25 of them, from the smallest to the "
               "largest.",
       .kernels = {},
       .depends_on = {Dependence::processor},
       .rulings = in_each_language([](const Language&) -> Decide { return gaps_widen; })},
      {.id = "C22",
       .topic = "growth",
       .text = "Native time grows linearly with n, and so does Python's, from a higher start.",
       .rule = "From n = 1Ki on the exponents of a plain loop and of plain Python, for sum and "
               "for apply_weights, over at least five sizes that lie within a factor of 1.25 of "
               "a straight line, are between 0.9 and 1.1.",
       .kernels = {"sum", "apply_weights"},
       .depends_on = {Dependence::processor},
       .rulings = in_each_language(times_are_linear)},
      {.id = "C23",
       .topic = "growth",
       .text = "BLAS is for heavy lifting; for simple operations plain loops are as fast.",
       .rule = "A plain loop takes less than 1.1 times as long as NumPy for apply_weights, and "
               "more than 1.5 times as long as BLAS for the largest linear layer.",
       .kernels = {"apply_weights", "linear_batch"},
       .depends_on = {Dependence::compiler, Dependence::processor},
       .rulings = in_each_language(libraries_for_heavy_lifting)}};
}

}  // namespace gapmeter
