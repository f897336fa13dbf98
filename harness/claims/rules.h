// What most claims come down to: one variant's latency over another's, held against a line.
#pragma once

#include <functional>
#include <limits>
#include <string>
#include <vector>

#include "harness/claims/evidence.h"

namespace gapmeter {

struct Contrast {
  std::string kernel;
  std::string numerator, denominator;
  // Sizes outside say nothing of the claim: below, the call itself is what is timed; above, memory.
  std::size_t least_n = 0, largest_n = std::numeric_limits<std::size_t>::max();
};

// From here on a call takes far longer than what surrounds it.
inline constexpr std::size_t past_the_call = 1024;

// Decides over sizes whether numerator / denominator is above (or below) the line. What `beside`
// contrasts at the largest size is told along and decides nothing.
std::function<Decision(const Evidence&)> ratio_is(bool above, Contrast contrast, double line,
                                                  std::vector<Contrast> beside = {});

// Appends what was found, if anything was.
void tell(Decision& decision, std::optional<Figure> figure);

// A difference that is no mere noise: smaller ones would not be worth a line of code.
inline constexpr double noticeable = 1.05;

}  // namespace gapmeter
