#include "harness/results/summary.h"

#include <algorithm>
#include <map>

namespace gapmeter {
namespace {

// The rows of one cell, sorted out by pass.
struct CellRows {
  CellKey key;
  std::vector<const RoundRow*> all;
  std::map<int, const RoundRow*> timed;  // rounds that ended well
};

std::vector<CellRows> group_by_cell(const std::vector<RoundRow>& rounds) {
  std::vector<CellRows> cells;
  std::map<CellKey, std::size_t> index;
  for (const RoundRow& row : rounds) {
    const auto [found, is_new] = index.try_emplace(row.cell, cells.size());
    if (is_new) cells.push_back({.key = row.cell, .all = {}, .timed = {}});
    CellRows& cell = cells[found->second];
    cell.all.push_back(&row);
    if (row.pass == Pass::time && row.measurement.timing) {
      cell.timed[row.round] = &row;
    }
  }
  return cells;
}

double latency_of(const RoundRow& row) { return row.measurement.timing->latency_ns; }

std::vector<double> latencies_of(const CellRows& cell) {
  std::vector<double> latencies;
  for (const auto& [round, row] : cell.timed) latencies.push_back(latency_of(*row));
  return latencies;
}

std::optional<std::int64_t> resolved(const std::optional<std::int64_t>& increment) {
  return increment && *increment >= rss_resolution_bytes ? increment : std::nullopt;
}

void take_verification(const CellRows& cell, SummaryRow& row) {
  for (const RoundRow* round : cell.all) {
    if (round->pass != Pass::verify) continue;
    const Status status = round->measurement.status;
    if (status == Status::ok) row.verified = true;
    if (status == Status::mismatch) row.verified = false;
    row.max_error = round->measurement.max_error;
  }
}

void take_memory(const CellRows& cell, SummaryRow& row) {
  for (const RoundRow* round : cell.all) {
    const auto& memory = round->measurement.memory;
    if (!memory) continue;
    row.rss_baseline_bytes = memory->baseline_bytes;
    row.rss_input_bytes = resolved(memory->input_bytes);
    row.rss_peak_bytes = resolved(memory->peak_bytes);
    row.rss_retained_bytes = resolved(memory->retained_bytes);
  }
}

// The first failure decides the cell: what failed once is not to be relied on.
void take_status(const CellRows& cell, SummaryRow& row) {
  for (const RoundRow* round : cell.all) {
    if (row.input_digest.empty()) row.input_digest = round->measurement.input_digest;
    if (row.status == Status::ok && round->measurement.status != Status::ok) {
      row.status = round->measurement.status;
      row.reason = round->measurement.reason;
    }
  }
}

double rate(double per_call, double latency_ns) { return per_call / (latency_ns * 1e-9); }

void take_latency(const CellRows& cell, SummaryRow& row) {
  if (row.status != Status::ok || cell.timed.empty()) return;
  const std::vector<double> latencies = latencies_of(cell);
  row.latency_ns = median(latencies);
  row.latency_ci_ns = median_interval(latencies, summary_confidence);
  const RoundRow& any = *cell.all.front();
  if (any.items_per_call > 0) row.items_per_s = rate(any.items_per_call, *row.latency_ns);
  if (any.bytes_per_call > 0) row.bytes_per_s = rate(any.bytes_per_call, *row.latency_ns);
  if (any.flops_per_call > 0) row.flops_per_s = rate(any.flops_per_call, *row.latency_ns);
  for (const RoundRow* round : cell.all) {
    if (const auto& timing = round->measurement.timing) {
      row.estimator = name_of(timing->batch.estimator);
      row.calls_per_batch = timing->batch.calls;
    }
  }
}

std::string stop_reason(const SummaryRow& row, int planned) {
  if (row.status != Status::ok) return std::string(name_of(row.status));
  return row.rounds >= planned ? "rounds" : "budget";
}

SummaryRow summarize_cell(const CellRows& cell) {
  SummaryRow row{.cell = cell.key};
  row.working_set_bytes = cell.all.front()->working_set_bytes;
  row.rounds = static_cast<int>(cell.timed.size());
  take_status(cell, row);
  take_verification(cell, row);
  take_memory(cell, row);
  take_latency(cell, row);
  row.stop_reason = stop_reason(row, cell.all.front()->rounds_planned);
  return row;
}

// The index of the row that Python rows of this kernel and n are compared with.
std::optional<std::size_t> fastest_native(const std::vector<SummaryRow>& rows,
                                          const SummaryRow& python) {
  std::optional<std::size_t> fastest;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const SummaryRow& row = rows[i];
    const bool comparable = row.cell.variant.lane == Lane::native && row.cell.threads == 1 &&
                            row.cell.kernel == python.cell.kernel && row.cell.n == python.cell.n &&
                            row.verified == true && row.latency_ns &&
                            row.input_digest == python.input_digest;
    if (comparable && (!fastest || *row.latency_ns < *rows[*fastest].latency_ns)) fastest = i;
  }
  return fastest;
}

void take_gap(const std::vector<CellRows>& cells, std::vector<SummaryRow>& rows,
              std::size_t python_index) {
  SummaryRow& python = rows[python_index];
  const std::optional<std::size_t> native_index = fastest_native(rows, python);
  if (!native_index) return;
  python.reference = to_string(rows[*native_index].cell.variant);
  std::vector<double> numerator, denominator;
  const auto& native_rounds = cells[*native_index].timed;
  for (const auto& [round, row] : cells[python_index].timed) {
    const auto paired = native_rounds.find(round);
    if (paired == native_rounds.end()) continue;
    if (paired->second->measurement.input_digest != row->measurement.input_digest) continue;
    numerator.push_back(latency_of(*row));
    denominator.push_back(latency_of(*paired->second));
  }
  if (numerator.empty()) return;
  const PairedRatio ratio = paired_ratio(numerator, denominator, summary_confidence);
  python.gap = ratio.ratio;
  python.gap_ci = ratio.interval;
}

}  // namespace

std::vector<SummaryRow> summarize(const std::vector<RoundRow>& rounds) {
  const std::vector<CellRows> cells = group_by_cell(rounds);
  std::vector<SummaryRow> rows;
  for (const CellRows& cell : cells) rows.push_back(summarize_cell(cell));
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const bool measured_python = rows[i].cell.variant.lane == Lane::python && rows[i].latency_ns;
    if (measured_python) take_gap(cells, rows, i);
  }
  return rows;
}

}  // namespace gapmeter
