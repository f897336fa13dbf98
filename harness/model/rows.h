// The rows of a run: one for each task, and one for each cell.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "harness/base/statistics.h"
#include "harness/model/cell.h"
#include "harness/model/measurement.h"

namespace gapmeter {

// The format version of the files of results, recorded in run.json. Adding columns does not change
// it. Since version 3 a round is made of slices between probes, and a latency is that of
// undisturbed ones; before, it was a percentile of the round's batches.
inline constexpr int schema_version = 3;
inline constexpr int oldest_readable_schema = 2;
inline constexpr int schema_of_slices = 3;

// One task: a line of rounds.csv.
struct RoundRow {
  CellKey cell;
  std::string job{};  // what the variant was asked to do; empty: the kernel's main job
  Pass pass = Pass::time;
  int round = 0;           // counted from 0; 0 for verify and memory passes
  int position = 0;        // place in the round's order
  int rounds_planned = 0;  // of the cell, at most
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

// Of one round of a cell.
struct RoundValue {
  int round = 0;
  double value = 0;

  bool operator==(const RoundValue&) const = default;
};
std::vector<double> values_of(const std::vector<RoundValue>& rounds);

// What the rounds of a cell that agree with each other, and with no others, took.
struct Speed {
  double latency_ns = 0;
  std::vector<int> rounds{};  // their numbers, ascending

  bool operator==(const Speed&) const = default;
};

// In which state of the machine a cell's latency was measured. `undisturbed`: in slices whose
// probes ran at their best. `mixed`: in all slices, because too few were undisturbed. `unknown`:
// the run is older than probes. Of servers also why there is no latency: `saturated`, fewer
// requests were answered than offered; `client_bound`, the client itself was too late to tell.
enum class MachineState : std::uint8_t { undisturbed, mixed, unknown, saturated, client_bound };
std::string_view name_of(MachineState state);
// Whether it says why a cell that was measured has no latency.
constexpr bool withholds_latency(MachineState state) {
  return state == MachineState::saturated || state == MachineState::client_bound;
}

// How a compiled cell stands to the fastest one that does the same work.
struct Standing {
  std::string reference{};  // the fastest's variant
  Interval ratio_ci{};  // of the latency over its; of the fastest itself the narrowest of others

  bool operator==(const Standing&) const = default;
};

// One cell: a line of summary.csv.
struct SummaryRow {
  CellKey cell;
  std::string job{};
  Status status = Status::ok;
  std::string reason{};
  std::optional<bool> verified{};
  std::optional<double> max_error{};
  int rounds = 0;
  std::string stop_reason{};
  std::optional<double> latency_ns{};
  std::optional<Interval> latency_ci_ns{};
  std::optional<double> items_per_s{}, bytes_per_s{}, flops_per_s{};
  std::string reference{};  // the variant that `gap` is against, of the same job
  std::optional<double> gap{};
  std::optional<Interval> gap_ci{};
  std::optional<Standing> standing{};  // no column; of compiled cells with others
  std::string input_digest{};
  std::int64_t working_set_bytes = 0;
  MachineState state = MachineState::unknown;
  std::int64_t slices = 0, undisturbed_slices = 0;
  // In slices that were disturbed, if there were any; the gap against the reference's.
  std::optional<double> disturbed_ns{}, disturbed_gap{};
  // Fastest first; one unless the rounds fall apart into several, and what tells them apart.
  std::vector<Speed> speeds{};
  std::string speeds_reason{};
  // What the last third of a round took over its first third, where that is more than noise.
  std::optional<double> drift{};
  // Of commands whose times show it: what they take at any n, and the gap without that of both.
  std::optional<Estimate> startup_ns{}, gap_without_startup{};
  // One value for each round; gaps only for rounds that the reference has, too.
  std::vector<RoundValue> round_latencies_ns{}, round_gaps{};
  // The rounds' quantities, each combined by its rule. Quantities with Rule::none mean nothing
  // here.
  Measurement combined{};
  // The tail of single calls that the machine alone would cause.
  std::optional<double> p99_floor_ns{}, p999_floor_ns{};
  std::map<std::string, std::vector<double>> metrics{};  // by name, a value for each round

  bool operator==(const SummaryRow&) const = default;
};

// The histogram of the cell's single calls in all rounds; empty if there were none.
const Histogram& single_calls_of(const SummaryRow& row);

// Whether the cell is one of a server, whose n is a rate and no size.
inline bool is_server(const SummaryRow& row) { return row.combined.load.has_value(); }

// The cell that the row's gap is against; nullopt if it has none.
std::optional<CellKey> reference_cell_of(const SummaryRow& row);

// Peak resident memory during a call, over the baseline; absent below the resolution.
inline std::optional<std::int64_t> peak_bytes_of(const SummaryRow& row) {
  return row.combined.memory ? row.combined.memory->peak_bytes : std::nullopt;
}

// Whether the cell could have been measured but was not.
inline bool failed(const SummaryRow& row) {
  return row.status != Status::ok && row.status != Status::skipped;
}

}  // namespace gapmeter
