// How times and gaps grow with n: fitted exponents, what changes where data outgrows a cache, and
// the sizes at which one variant overtakes another.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "harness/model/rows.h"
#include "harness/model/run_facts.h"
#include "harness/base/statistics.h"

namespace gapmeter {

// Values at one size, one for each round. Rounds of different sizes with the same index belong
// together.
struct SizedValues {
  std::size_t n = 0;
  std::vector<double> rounds{};
};

// The exponent k of value ~ n^k: in each round the slope of the least-squares line through (log n,
// log value), then the median over rounds and its median_interval with summary_confidence. The
// interval shows what noise does to the line, not whether a line is the right shape: power_law
// tells that. nullopt for fewer than two sizes, or if no round is common to all. Precondition:
// values and sizes are positive.
std::optional<Estimate> growth_exponent(const std::vector<SizedValues>& values);

// Values follow a power of n if there are at least so many sizes, and the median of none is
// farther from the line than this: more than 1.25 times what the line has there, or less than the
// 1.25th part of it.
inline constexpr std::size_t fewest_sizes_of_line = 5;
inline constexpr double most_deviation = 0.25;

struct PowerLaw {
  std::optional<Estimate> exponent{};  // growth_exponent, if the values follow a power of n
  std::optional<double>
      deviation{};  // of the median farthest from the line; of three sizes or more
};
PowerLaw power_law(const std::vector<SizedValues>& values);

// The value at the largest size over that at the smallest, each the trimmed mean of its rounds in
// logarithms: what can be said whatever the shape between them. Rounds of two sizes are independent
// of each other. nullopt as in growth_exponent. Expects ascending sizes.
std::optional<Estimate> end_ratio(const std::vector<SizedValues>& values);

// The slope between two neighbouring sizes.
struct LocalExponent {
  std::size_t n_from = 0, n_to = 0;
  double exponent = 0;
};
std::vector<LocalExponent> local_exponents(const std::vector<SizedValues>& values);

// Where a ratio that grows or falls with n crosses 1.
struct Crossover {
  std::size_t last_before = 0;  // the sizes between which it is certain to happen
  std::size_t first_after = 0;
  double n = 0;           // where the line through the medians around it crosses, in logarithms
  bool ascending = true;  // below 1 before it, above 1 after it
};

struct SizedRatio {
  std::size_t n = 0;
  Estimate ratio{};
};

// Every crossing between sizes at which the interval lies on different sides of 1. Sizes without an
// interval, or whose interval contains 1, decide nothing. Expects ascending sizes.
std::vector<Crossover> crossovers(const std::vector<SizedRatio>& ratios);

// One line of growth.csv.
struct GrowthRow {
  SeriesKey series{};
  // time: of its latency; gap: of its gap; crossover: where that gap, or its latency over that of
  // the baseline, crosses 1, and which of them it is.
  std::string quantity;
  std::string against{};
  // all; straight: as many of the largest sizes as follow a power of n, where all don't; or L1,
  // L2, …, memory: the sizes whose working set fits no nearer.
  std::string regime{};
  std::size_t n_from = 0, n_to = 0;
  int sizes = 0;
  std::optional<Estimate> exponent{};            // where the values follow a power of n
  std::optional<double> deviation{};             // how far from one they are
  std::vector<LocalExponent> local_exponents{};  // of all sizes
  std::optional<double> crossover_n{};
  std::string faster_beyond{};  // of a crossover: the variant that is faster at larger n
};

// For every variant the exponents of time and, for Python variants, of the gap, over all sizes and
// in each cache, where these sizes follow a power of n. For Python variants also the crossovers
// with what their gaps are over and with their kernel's baseline, of the same job. A regime's line
// begins at the last size of the one before, so that the step between them is part of it.
std::vector<GrowthRow> growth_of(const std::vector<SummaryRow>& rows, const RunContext& context);

}  // namespace gapmeter
