#include "harness/measure/footprints.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

namespace gapmeter {
namespace {

// The memory that a call added is scaled with n only if it is far above the rounding of allocators.
constexpr std::int64_t telling_bytes = 16 * rss_resolution_bytes;

}  // namespace

void Footprints::learn(const CellKey& cell, const MemoryUse& memory) {
  const auto added = std::max(memory.input_bytes.value_or(0), memory.peak_bytes.value_or(0));
  if (added < telling_bytes) return;
  known_[series_of(cell)][cell.n] = {static_cast<double>(memory.baseline_bytes),
                                     static_cast<double>(added)};
}

double Footprints::bytes_of(const CellGroup& group, const PlannedVariant& planned) const {
  const auto declared = static_cast<double>(group.working_set_bytes);
  const auto known = known_.find(series_of(cell_of(group, planned)));
  // A server's does not follow the rate.
  if (planned.server || known == known_.end()) return declared;
  const auto above = known->second.upper_bound(group.n);
  if (above == known->second.begin()) return declared;
  const auto& [n, footprint] = *std::prev(above);
  const double growth = static_cast<double>(group.n) / static_cast<double>(n);
  return std::max(declared, footprint.baseline_bytes + footprint.added_bytes * growth);
}

bool Footprints::fit(double bytes) const {
  return !limit_bytes_ || bytes <= static_cast<double>(*limit_bytes_);
}

std::optional<Measurement> Footprints::too_large(const CellGroup& group,
                                                 const PlannedVariant& planned) const {
  const double needed = bytes_of(group, planned);
  if (fit(needed)) return std::nullopt;
  constexpr double mib = 1 << 20;
  return Measurement{.status = Status::skipped,
                     .reason = fmt::format("would need about {:.0f} MiB, the limit is {:.0f} "
                                           "(--mem-limit)",
                                           needed / mib, static_cast<double>(*limit_bytes_) / mib)};
}

}  // namespace gapmeter
