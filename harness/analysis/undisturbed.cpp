#include "harness/analysis/undisturbed.h"

#include <algorithm>

namespace gapmeter {
namespace {

std::int64_t reading_of(const Slice& slice) {
  return std::max(slice.probe_before, slice.probe_after);
}

}  // namespace

void Probes::add(const RoundRow& row) {
  if (!row.measurement.timing) return;
  for (const Slice& slice : row.measurement.timing->slices) {
    if (reading_of(slice) > 0) readings_[row.cell.threads].add(reading_of(slice));
  }
}

std::optional<double> Probes::best(int threads) const {
  const auto found = readings_.find(threads);
  return found == readings_.end() ? std::nullopt : found->second.quantile(best_quantile);
}

bool is_undisturbed(const Slice& slice, double best) {
  return static_cast<double>(reading_of(slice)) <= best * (1 + Probes::tolerance);
}

}  // namespace gapmeter
