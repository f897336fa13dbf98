// Claims on how times and gaps grow with n: C21 to C23.
#include <algorithm>

#include "harness/claims/rules.h"
#include "harness/analysis/growth.h"

namespace gapmeter {
namespace {

using Rounds = std::vector<RoundValue> SummaryRow::*;

// The exponent over the sizes from `least_n` on.
std::optional<Figure> exponent(const Evidence& evidence, const std::string& kernel,
                               const std::string& variant, Rounds rounds,
                               const std::string& of_what, std::size_t least_n) {
  std::vector<SizedValues> values;
  for (const std::size_t n : evidence.sizes(kernel, variant)) {
    const SummaryRow& row = *evidence.cell(kernel, variant, n);
    if (n >= least_n && !(row.*rounds).empty()) values.push_back({n, values_of(row.*rounds)});
  }
  const std::optional<Estimate> fitted = growth_exponent(values);
  if (!fitted) return std::nullopt;
  return Figure{.what = "growth exponent of " + of_what + " of " + variant,
                .kernel = kernel,
                .value = *fitted};
}

Decision gaps_widen(const Evidence& evidence) {
  std::vector<Figure> exponents;
  for (const std::string& kernel : evidence.kernels()) {
    auto found = exponent(evidence, kernel, evidence.baseline(kernel), &SummaryRow::round_gaps,
                          "the gap", 1);
    if (found) exponents.push_back(std::move(*found));
  }
  if (exponents.empty()) {
    return {.outcome = Outcome::not_measured, .reason = "no kernel was measured at two sizes"};
  }
  return decide_by_majority(std::move(exponents), 0.05, true, "kernels");
}

constexpr Interval linear{0.9, 1.1};

Outcome is_linear(const std::vector<Figure>& exponents) {
  const auto all = [&](const auto& is) {
    return std::all_of(exponents.begin(), exponents.end(), is);
  };
  const auto inside = [](const Figure& found) {
    return side_of(found.value, linear.low) == Side::above &&
           side_of(found.value, linear.high) == Side::below;
  };
  const auto not_outside = [](const Figure& found) {
    return side_of(found.value, linear.low) != Side::below &&
           side_of(found.value, linear.high) != Side::above;
  };
  if (all(inside)) return Outcome::holds;
  return all(not_outside) ? Outcome::open : Outcome::fails;
}

Decision times_are_linear(const Evidence& evidence) {
  std::vector<Figure> exponents;
  for (const auto& [kernel, variant] : {std::pair{"sum", "native/strict"},
                                        {"sum", "python/builtin"},
                                        {"apply_weights", "native/into"},
                                        {"apply_weights", "python/comprehension"}}) {
    auto found =
        exponent(evidence, kernel, variant, &SummaryRow::round_latencies_ns, "time", past_the_call);
    if (!found) continue;
    found->line = 1;
    exponents.push_back(std::move(*found));
  }
  if (exponents.size() < 4) {
    return {.outcome = Outcome::not_measured,
            .reason = "sum and apply_weights were not measured at two sizes from 1Ki on"};
  }
  const Outcome outcome = is_linear(exponents);
  return {.outcome = outcome,
          .reason = outcome == Outcome::fails ? "an exponent is not between 0.9 and 1.1"
                    : outcome == Outcome::open
                        ? "an interval reaches beyond 0.9 to 1.1"
                        : "every exponent from 1Ki on is between 0.9 and 1.1",
          .figures = std::move(exponents)};
}

// Both halves have to hold: a plain loop keeps up if there is little to compute per byte, and falls
// behind if there is much.
Decision libraries_for_heavy_lifting(const Evidence& evidence) {
  std::vector<Figure> simple = evidence.ratios("apply_weights", "native/into", "python/numpy_out");
  if (simple.empty()) {
    return evidence.not_measured("apply_weights", {"native/into", "python/numpy_out"});
  }
  const auto heavy = evidence.last_ratio("linear_batch", "native/rows", "native/cblas");
  if (!heavy) return evidence.not_measured("linear_batch", {"native/rows", "native/cblas"});
  Decision loops = decide_over_sizes(std::move(simple), 1.1, false);
  const Decision library = decide_once(*heavy, 1.5, true);
  Decision decision{
      .outcome = Outcome::open,
      .reason = "apply_weights: " + loops.reason + "; linear_batch: " + library.reason,
      .figures = std::move(loops.figures)};
  decision.figures.push_back(library.figures.front());
  for (Figure& ratio : evidence.ratios("linear_batch", "native/rows", "native/cblas")) {
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
  return {{.id = "C21",
           .topic = "growth",
           .text = "The gap is a constant overhead at small sizes and widens as data grows.",
           .rule = "The gap of pure Python grows with n by an exponent above 0.05 in three "
                   "quarters of the kernels.",
           .kernels = {},
           .decide = gaps_widen},
          {.id = "C22",
           .topic = "growth",
           .text = "Native time grows linearly with n, and so does Python's, from a higher start.",
           .rule = "From n = 1Ki on the exponents of both are between 0.9 and 1.1.",
           .kernels = {"sum", "apply_weights"},
           .decide = times_are_linear},
          {.id = "C23",
           .topic = "growth",
           .text = "BLAS is for heavy lifting; for simple operations plain loops are as fast.",
           .rule = "A plain loop takes less than 1.1 times as long as NumPy for apply_weights, and "
                   "more than 1.5 times as long as BLAS for the largest linear layer.",
           .kernels = {"apply_weights", "linear_batch"},
           .decide = libraries_for_heavy_lifting}};
}

}  // namespace gapmeter
