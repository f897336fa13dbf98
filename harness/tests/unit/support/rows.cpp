#include "harness/tests/unit/support/rows.h"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "harness/base/statistics.h"

namespace gapmeter::test {
namespace {

RoundRow row_of(const CellKey& cell, Pass pass, Measurement measurement) {
  return {.cell = cell,
          .pass = pass,
          .rounds_planned = 6,
          .measurement = std::move(measurement),
          .items_per_call = static_cast<double>(cell.n),
          .bytes_per_call = 4 * static_cast<double>(cell.n),
          .flops_per_call = static_cast<double>(cell.n),
          .working_set_bytes = static_cast<std::int64_t>(4 * cell.n + 4),
          .worker_s = 0.25};
}

}  // namespace

VariantId variant(std::string_view text) { return parse_variant(text).value(); }

CellKey cell(std::string_view variant_text, std::size_t n) {
  return {.kernel = "sum", .variant = variant(variant_text), .n = n};
}

RoundRow verified_row(const CellKey& cell, double max_error) {
  return row_of(cell, Pass::verify, {.input_digest = some_digest, .max_error = max_error});
}

RoundRow memory_row(const CellKey& cell, const MemoryUse& memory) {
  return row_of(cell, Pass::memory, {.input_digest = some_digest, .memory = memory});
}

RoundRow time_row(const CellKey& cell, int round, double latency_ns) {
  RoundRow row =
      row_of(cell, Pass::time, {.input_digest = some_digest, .timing = timing_of(latency_ns)});
  row.round = round;
  return row;
}

RoundRow failed_row(const CellKey& cell, Status status, std::string reason, Pass pass) {
  return row_of(cell, pass, {.status = status, .reason = std::move(reason)});
}

Timing timing_of(double latency_ns, std::int64_t calls_per_batch) {
  return {.calls = calls_per_batch,
          .batches = 50,
          .slices = Slices(10, {.call_ns = latency_ns, .probe_before = 1000, .probe_after = 1000}),
          .min_ns = latency_ns,
          .p10_ns = latency_ns,
          .p50_ns = latency_ns,
          .mean_ns = latency_ns};
}

RoundRow row_of_slices(const CellKey& cell, int round, Slices slices) {
  std::vector<double> figures;
  for (const Slice& slice : slices) figures.push_back(slice.call_ns);
  std::sort(figures.begin(), figures.end());
  RoundRow row = time_row(cell, round, median(figures));
  Timing& timing = *row.measurement.timing;
  timing.batches = std::ssize(slices);
  timing.slices = std::move(slices);
  timing.min_ns = figures.front();
  timing.p10_ns = quantile_of_sorted(figures, 0.1);
  timing.mean_ns = mean(figures);
  return row;
}

}  // namespace gapmeter::test
