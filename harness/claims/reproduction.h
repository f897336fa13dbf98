// Whether a second run, often on another machine, bears out what a first one showed: the verdicts
// on the claims, and for each kernel which side is faster, by how much, and how that grows.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "harness/claims/claim.h"
#include "harness/model/run_facts.h"
#include "harness/model/rows.h"

namespace gapmeter {

enum class Agreement : std::uint8_t {
  reproduced,
  shifted,       // holds or fails alike, but from or up to another n
  contradicted,  // the other way round
  undecided      // one of the two runs does not decide it
};
std::string_view name_of(Agreement agreement);

struct ReproducedClaim {
  std::string id, text;
  std::string lane{};           // whose compiled code the verdicts are about; empty: nobody's
  std::string reference, here;  // verdicts
  Agreement agreement = Agreement::undecided;
};

// One Python variant of a kernel against the fastest native one.
struct ReproducedGap {
  std::string kernel, variant;
  int threads = 1;
  int sizes = 0;                                           // that both runs have a gap at
  double reference_gap = 0, gap = 0;                       // at the largest of them
  std::optional<double> reference_exponent{}, exponent{};  // where gaps follow a power of n
  Agreement side = Agreement::undecided;    // which of the two languages is faster, at each size
  Agreement growth = Agreement::undecided;  // whether the gap widens, shrinks or stays, end to end
  Agreement magnitude = Agreement::undecided;  // gaps within a factor of each other
};

// A variant that the reference measured and this machine could not.
struct MissingVariant {
  std::string kernel, variant, reason;
};

struct Reproduction {
  std::vector<ReproducedClaim> claims{};
  std::vector<ReproducedGap> gaps{};
  int failed_cells = 0;  // of the second run
  std::vector<MissingVariant> missing{};
};

// The variants of the reference, of kernels and sizes that the second run has, of which it measured
// no cell and none failed: what they need is not there.
std::vector<MissingVariant> missing_here(const std::vector<SummaryRow>& reference,
                                         const std::vector<SummaryRow>& here);

// By what factor gaps may differ: another machine has other caches and another clock.
inline constexpr double same_magnitude = 2;

// Compares what both runs have. The reference is first reduced to the cells of the second run, so
// that verdicts rest on the same sizes. Throws std::invalid_argument if there are none.
Reproduction compare_with_reference(const std::vector<SummaryRow>& reference,
                                    const RunContext& reference_context,
                                    const std::vector<SummaryRow>& here, const RunContext& context);

// 0: nothing contradicts the reference; 1: something does, or cells failed; 3: nothing does, but
// fewer than half of its decided claims were decided here.
int exit_status(const Reproduction& reproduction);

}  // namespace gapmeter
