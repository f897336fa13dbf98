#include "harness/analysis/undisturbed.h"

#include <algorithm>

namespace gapmeter {
namespace {

std::int64_t reading_of(const Slice& slice) {
  return std::max(slice.probe_before, slice.probe_after);
}

}  // namespace

Probes::Probes(const std::vector<RoundRow>& rows) {
  for (const RoundRow& row : rows) add(row);
}

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

std::int64_t Probes::count_undisturbed(const RoundRow& row) const {
  const std::optional<double> least = best(row.cell.threads);
  if (!row.measurement.timing || !least) return 0;
  return gapmeter::count_undisturbed(row.measurement.timing->slices, *least);
}

bool is_undisturbed(const Slice& slice, double best) {
  return static_cast<double>(reading_of(slice)) <= best * (1 + Probes::tolerance) &&
         slice.waited <= Probes::most_waited;
}

std::int64_t count_undisturbed(const Slices& slices, double best) {
  return std::count_if(slices.begin(), slices.end(),
                       [&](const Slice& slice) { return is_undisturbed(slice, best); });
}

}  // namespace gapmeter
