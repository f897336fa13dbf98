// The form of most claims: one variant's latency over another's, compared with a line.
#pragma once

#include <functional>
#include <limits>
#include <string>
#include <vector>

#include "harness/claims/evidence.h"

namespace gapmeter {

// The variants of one compiled language.
struct Language {
  std::string lane;

  bool is_rust() const { return lane == "rust"; }
  // "rust/strict"; the second form where the two languages call it otherwise.
  std::string operator()(const std::string& name) const { return lane + "/" + name; }
  std::string operator()(const std::string& in_rust, const std::string& in_cpp) const {
    return lane + "/" + (is_rust() ? in_rust : in_cpp);
  }
};

// Of a claim about compiled code, in each of compiled_languages.
std::vector<Ruling> in_each_language(const std::function<Decide(const Language&)>& rule_of);
std::vector<Ruling> in_each_language(Decision (*decide)(const Evidence&, const Language&));
// Of a claim about Python alone.
std::vector<Ruling> about_python(Decide rule);

struct Contrast {
  std::string kernel;
  std::string numerator, denominator;
  // Sizes outside this range say nothing about the claim: smaller ones time the call itself, larger
  // ones time memory.
  std::size_t least_n = 0, largest_n = std::numeric_limits<std::size_t>::max();
};

// From this n on, a call takes far longer than its overhead.
inline constexpr std::size_t past_the_call = 1024;

// Decides over sizes whether numerator / denominator is above (or below) the line. The contrasts in
// `beside` are reported at their largest size, and decide nothing.
Decide ratio_is(bool above, Contrast contrast, double line, std::vector<Contrast> beside = {});
// The same of several contrasts, of which at each size the worst decides; all have to be measured.
Decide worst_ratio_is(bool above, std::vector<Contrast> contrasts, double line,
                      std::vector<Contrast> beside = {});

// The least and the greatest possible quotient, whatever the dependence between the two.
Estimate quotient(const Estimate& numerator, const Estimate& denominator);

// A quantile of single calls, with the interval between the order statistics that cover it with 95
// % if calls are independent (normal approximation of the binomial distribution). nullopt if there
// are too few calls.
std::optional<Estimate> quantile_of_calls(const SummaryRow& row, double q);

// Adds the figure to the decision, if there is one.
void tell(Decision& decision, std::optional<Figure> figure);

// A difference worth noticing: a smaller one would not be worth a line of code.
inline constexpr double noticeable = 1.05;

}  // namespace gapmeter
