#include "harness/analysis/undisturbed.h"

#include <algorithm>

namespace gapmeter {
namespace {

std::int64_t slower_of(const Slice& slice) {
  return std::max(slice.probe_before, slice.probe_after);
}

}  // namespace

void Probes::add(const RoundRow& row) {
  if (!row.measurement.timing) return;
  for (const Slice& slice : row.measurement.timing->slices) {
    if (slower_of(slice) > 0) slower_[row.cell.threads].add(slower_of(slice));
  }
}

std::optional<double> Probes::best(int threads) const {
  const auto found = slower_.find(threads);
  return found == slower_.end() ? std::nullopt : found->second.quantile(best_quantile);
}

bool is_undisturbed(const Slice& slice, double best) {
  return static_cast<double>(slower_of(slice)) <= best * (1 + Probes::tolerance);
}

}  // namespace gapmeter
