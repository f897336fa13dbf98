#include "harness/claims/reproduction.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <map>
#include <set>
#include <stdexcept>
#include <utility>

#include "harness/claims/evidence.h"
#include "harness/analysis/growth.h"

namespace gapmeter {
namespace {

std::vector<SummaryRow> cut_down(const std::vector<SummaryRow>& reference,
                                 const std::vector<SummaryRow>& here) {
  std::set<CellKey> cells;
  for (const SummaryRow& row : here) cells.insert(row.cell);
  std::vector<SummaryRow> kept;
  std::copy_if(reference.begin(), reference.end(), std::back_inserter(kept),
               [&](const SummaryRow& row) { return cells.contains(row.cell); });
  return kept;
}

Agreement agreement_of(const Decision& reference, const Decision& here) {
  if (!is_decided(reference.outcome) || !is_decided(here.outcome)) return Agreement::undecided;
  if (reference.outcome == here.outcome && reference.n == here.n) return Agreement::reproduced;
  const auto are = [&](Outcome one, Outcome other) {
    return (reference.outcome == one && here.outcome == other) ||
           (reference.outcome == other && here.outcome == one);
  };
  const bool opposite =
      are(Outcome::holds, Outcome::fails) || are(Outcome::holds_from, Outcome::holds_up_to);
  return opposite ? Agreement::contradicted : Agreement::shifted;
}

// The cells of one Python variant at which both runs have a gap, by n.
using PairedCells = std::map<std::size_t, std::pair<const SummaryRow*, const SummaryRow*>>;

std::map<SeriesKey, PairedCells> paired_lines(const std::vector<SummaryRow>& reference,
                                              const std::vector<SummaryRow>& here) {
  std::map<CellKey, const SummaryRow*> known;
  for (const SummaryRow& row : reference) {
    if (row.gap) known[row.cell] = &row;
  }
  std::map<SeriesKey, PairedCells> lines;
  for (const SummaryRow& row : here) {
    const auto found = known.find(row.cell);
    if (!row.gap || found == known.end()) continue;
    lines[series_of(row.cell)][row.cell.n] = {found->second, &row};
  }
  return lines;
}

// Within a tenth of parity neither side is faster: other machines move a gap by as much.
Side side_of_gap(const SummaryRow& row) {
  constexpr double near_parity = 1.1;
  const Estimate gap{*row.gap, row.gap_ci};
  if (side_of(gap, near_parity) == Side::above) return Side::above;
  return side_of(gap, 1 / near_parity) == Side::below ? Side::below : Side::open;
}

// Contradicted by a single size at which both runs are certain of opposite sides.
Agreement compare_sides(const PairedCells& cells) {
  Agreement agreement = Agreement::undecided;
  for (const auto& [n, rows] : cells) {
    const Side before = side_of_gap(*rows.first), now = side_of_gap(*rows.second);
    if (before == Side::open || now == Side::open) continue;
    if (before != now) return Agreement::contradicted;
    agreement = Agreement::reproduced;
  }
  return agreement;
}

// How a gap grows: by an exponent, where it follows a power of n, and anyway from the smallest to
// the largest size, as the exponent that a straight line between them has.
struct GapGrowth {
  std::optional<double> exponent{};
  std::optional<Estimate> from_end_to_end{};
};

// Rising ratios have rising logarithms, so that the interval is that of the logarithm.
Estimate exponent_between(const Estimate& ratio, double n_from, double n_to) {
  const auto exponent = [&](double value) { return std::log(value) / std::log(n_to / n_from); };
  Estimate result{exponent(ratio.value)};
  if (ratio.interval) {
    result.interval = Interval{exponent(ratio.interval->low), exponent(ratio.interval->high)};
  }
  return result;
}

GapGrowth gap_growth(const PairedCells& cells, bool of_reference) {
  std::vector<SizedValues> values;
  for (const auto& [n, rows] : cells) {
    values.push_back({n, values_of((of_reference ? rows.first : rows.second)->round_gaps)});
  }
  GapGrowth growth;
  const std::optional<Estimate> exponent = power_law(values).exponent;
  if (exponent) growth.exponent = exponent->value;
  if (const std::optional<Estimate> ratio = end_ratio(values)) {
    growth.from_end_to_end = exponent_between(*ratio, static_cast<double>(values.front().n),
                                              static_cast<double>(values.back().n));
  }
  return growth;
}

// An exponent this close to 0 means that the gap stays the same.
constexpr double flat = 0.05;

std::optional<int> direction_of(const std::optional<Estimate>& exponent) {
  if (!exponent || !exponent->interval) return std::nullopt;
  if (exponent->interval->low > flat) return 1;
  if (exponent->interval->high < -flat) return -1;
  const bool stays = exponent->interval->low > -flat && exponent->interval->high < flat;
  return stays ? std::optional(0) : std::nullopt;
}

Agreement compare_directions(const std::optional<Estimate>& reference,
                             const std::optional<Estimate>& here) {
  const std::optional<int> before = direction_of(reference), now = direction_of(here);
  if (!before || !now) return Agreement::undecided;
  if (*before == *now) return Agreement::reproduced;
  return *before * *now < 0 ? Agreement::contradicted : Agreement::shifted;
}

Agreement compare_magnitudes(const PairedCells& cells) {
  std::vector<double> logs;
  for (const auto& [n, rows] : cells) {
    logs.push_back(std::abs(std::log(*rows.second->gap / *rows.first->gap)));
  }
  return median(logs) <= std::log(same_magnitude) ? Agreement::reproduced : Agreement::shifted;
}

ReproducedGap compare_gap(const SeriesKey& series, const PairedCells& cells) {
  const auto& [reference, here] = cells.rbegin()->second;
  const GapGrowth reference_growth = gap_growth(cells, true), growth = gap_growth(cells, false);
  return {.kernel = series.kernel,
          .variant = to_string(series.variant),
          .threads = series.threads,
          .sizes = static_cast<int>(cells.size()),
          .reference_gap = *reference->gap,
          .gap = *here->gap,
          .reference_exponent = reference_growth.exponent,
          .exponent = growth.exponent,
          .side = compare_sides(cells),
          .growth = compare_directions(reference_growth.from_end_to_end, growth.from_end_to_end),
          .magnitude = compare_magnitudes(cells)};
}

// Languages that neither run measured are left out, unless there is no other.
std::vector<ReproducedClaim> compare_claims(const EvidenceByLane& reference,
                                            const EvidenceByLane& here) {
  std::vector<ReproducedClaim> claims;
  for (const Claim& claim : all_claims()) {
    const std::size_t known = claims.size();
    for (const Ruling& ruling : claim.rulings) {
      const Decision before = ruling.decide(reference.of(ruling.lane));
      const Decision now = ruling.decide(here.of(ruling.lane));
      const bool is_measured =
          before.outcome != Outcome::not_measured || now.outcome != Outcome::not_measured;
      const bool is_last = &ruling == &claim.rulings.back();
      if (!is_measured && (claims.size() > known || !is_last)) continue;
      claims.push_back({.id = claim.id,
                        .text = claim.text,
                        .lane = ruling.lane,
                        .reference = verdict_of(before),
                        .here = verdict_of(now),
                        .agreement = agreement_of(before, now)});
    }
  }
  return claims;
}

}  // namespace

std::string_view name_of(Agreement agreement) {
  switch (agreement) {
    case Agreement::reproduced:
      return "reproduced";
    case Agreement::shifted:
      return "shifted";
    case Agreement::contradicted:
      return "contradicted";
    case Agreement::undecided:
      return "undecided";
  }
  throw std::logic_error("unknown agreement");
}

std::vector<MissingVariant> missing_here(const std::vector<SummaryRow>& reference,
                                         const std::vector<SummaryRow>& here) {
  std::set<std::pair<std::string, std::size_t>> sizes;  // of kernels
  std::map<std::pair<std::string, std::string>, std::string> reasons;
  std::set<std::pair<std::string, std::string>> tried;
  for (const SummaryRow& row : here) {
    const std::pair name(row.cell.kernel, to_string(row.cell.variant));
    sizes.emplace(row.cell.kernel, row.cell.n);
    if (row.status == Status::skipped) {
      reasons.emplace(name, row.reason);
    } else {
      tried.insert(name);
    }
  }
  std::vector<MissingVariant> missing;
  for (const SummaryRow& row : reference) {
    const std::pair name(row.cell.kernel, to_string(row.cell.variant));
    const bool is_wanted =
        row.status == Status::ok && sizes.contains({row.cell.kernel, row.cell.n});
    if (!is_wanted || !tried.insert(name).second) continue;
    const auto reason = reasons.find(name);
    missing.push_back({name.first, name.second,
                       reason == reasons.end() ? "this build has no such variant, or no such "
                                                 "interpreter was named"
                                               : reason->second});
  }
  return missing;
}

Reproduction compare_with_reference(const std::vector<SummaryRow>& reference,
                                    const RunContext& reference_context,
                                    const std::vector<SummaryRow>& here,
                                    const RunContext& context) {
  const std::vector<SummaryRow> common = cut_down(reference, here);
  if (common.empty()) throw std::invalid_argument("the two runs have no cell in common");
  Reproduction reproduction;
  reproduction.failed_cells = static_cast<int>(std::count_if(here.begin(), here.end(), failed));
  reproduction.claims =
      compare_claims(EvidenceByLane(common, reference_context), EvidenceByLane(here, context));
  for (const auto& [key, cells] : paired_lines(common, here)) {
    reproduction.gaps.push_back(compare_gap(key, cells));
  }
  return reproduction;
}

int exit_status(const Reproduction& reproduction) {
  if (reproduction.failed_cells > 0) return 1;
  std::map<Agreement, std::size_t> count;
  for (const ReproducedClaim& claim : reproduction.claims) ++count[claim.agreement];
  for (const ReproducedGap& gap : reproduction.gaps) {
    if (gap.side == Agreement::contradicted || gap.growth == Agreement::contradicted) return 1;
  }
  if (count[Agreement::contradicted] > 0) return 1;
  const auto is_open = [](const ReproducedClaim& claim) {
    return claim.agreement == Agreement::undecided && claim.reference != name_of(Outcome::open) &&
           claim.reference != name_of(Outcome::not_measured);
  };
  const auto open = static_cast<std::size_t>(
      std::count_if(reproduction.claims.begin(), reproduction.claims.end(), is_open));
  const std::size_t decided = count[Agreement::reproduced] + count[Agreement::shifted];
  const auto tells = [](const ReproducedGap& gap) {
    return gap.side != Agreement::undecided || gap.growth != Agreement::undecided;
  };
  const bool nothing_tells =
      decided == 0 && std::none_of(reproduction.gaps.begin(), reproduction.gaps.end(), tells);
  return open > decided || nothing_tells ? 3 : 0;
}

}  // namespace gapmeter
