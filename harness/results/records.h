// The rows of rounds.csv and summary.csv as plain structs, and their CSV columns, declared once.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "harness/results/statistics.h"
#include "harness/worker/job.h"

namespace gapmeter {

// The version of the columns' meaning; in run.json. Columns may be added without a new one.
inline constexpr int schema_version = 2;

// What identifies a cell, plus what one call of it costs.
struct CellKey {
  std::string kernel;
  VariantId variant{};
  std::size_t n = 0;
  int threads = 1;

  auto operator<=>(const CellKey&) const = default;
};

// One job: a line of rounds.csv.
struct RoundRow {
  CellKey cell;
  Pass pass = Pass::time;
  int round = 0;           // counted from 0; 0 for verify and memory passes
  int position = 0;        // place in the round's order
  int rounds_planned = 0;  // of the comparison, at most
  std::optional<double>
      precision{};        // wanted: an interval's half-width over its middle; may end it
  bool budgeted = false;  // the run had a budget, which may end it
  Measurement measurement{};
  double items_per_call = 0;
  double bytes_per_call = 0;
  double flops_per_call = 0;
  std::int64_t working_set_bytes = 0;
  double worker_s = 0;
};

// One cell: a line of summary.csv.
struct SummaryRow {
  CellKey cell;
  Status status = Status::ok;
  std::string reason{};
  std::optional<bool> verified{};
  std::optional<double> max_error{};
  int rounds = 0;
  std::string stop_reason{};
  std::optional<double> latency_ns{};
  std::optional<Interval> latency_ci_ns{};
  std::optional<double> items_per_s{}, bytes_per_s{}, flops_per_s{};
  std::optional<std::int64_t> rss_baseline_bytes{}, rss_input_bytes{}, rss_peak_bytes{},
      rss_retained_bytes{};
  std::string reference{};  // the variant that `gap` is against
  std::optional<double> gap{};
  std::optional<Interval> gap_ci{};
  std::string input_digest{};
  std::int64_t working_set_bytes = 0;
  std::string estimator{};
  std::optional<std::int64_t> calls_per_batch{};
  // One for each round; `round_gaps` of rounds that the reference has too.
  std::vector<double> round_latencies_ns{}, round_gaps{};
  std::string gap_estimator{};  // p10, or median: of batches as long as the longer of the two calls
  // Over the cell's rounds: calls that were timed one by one, what the machine alone would show as
  // their tail, and what happened meanwhile.
  Histogram single_calls{};
  std::optional<double> p99_floor_ns{}, p999_floor_ns{};
  std::optional<Collections> collections{};
  std::int64_t involuntary_switches = 0;
  std::int64_t minor_faults = 0;
  std::int64_t major_faults = 0;
  std::map<std::string, std::vector<double>> metrics{};  // of each name, a value for each round
};

// Whether the cell could have been measured and was not.
inline bool failed(const SummaryRow& row) {
  return row.status != Status::ok && row.status != Status::skipped;
}

using Fields = std::vector<std::string>;

// What every table of cells begins with: kernel, variant, lane, n, threads; then what is its own.
Fields cell_columns(const Fields& more);
Fields cell_fields(const CellKey& cell, const Fields& more);

const Fields& round_columns();
Fields to_fields(const RoundRow& row);
// Reads a line of a file whose header is `columns`; unknown columns are ignored. Throws
// std::invalid_argument naming the column and what is wrong with its value.
RoundRow parse_round(const Fields& columns, const Fields& fields);

const Fields& summary_columns();
Fields to_fields(const SummaryRow& row);

// latency.csv: the quantiles that a cell's single calls support, one line for each.
const Fields& latency_columns();
std::vector<Fields> to_latency_fields(const SummaryRow& row);

// metrics.csv: what a cell's variant reported, one line for each name.
const Fields& metric_columns();
std::vector<Fields> to_metric_fields(const SummaryRow& row);

}  // namespace gapmeter
