#include "harness/analysis/startup.h"

#include <algorithm>
#include <map>
#include <string>
#include <tuple>

#include "harness/analysis/summary.h"

namespace gapmeter {
namespace {

bool is_command(const SummaryRow& row) {
  return row.combined.timing && row.combined.timing->processes && !is_server(row);
}

Estimate latency_of(const SummaryRow& row) {
  return {.value = *row.latency_ns, .interval = row.latency_ci_ns};
}

std::map<SeriesKey, std::vector<SizedLatency>> latencies_of(const std::vector<SummaryRow>& rows) {
  std::map<SeriesKey, std::vector<SizedLatency>> series;
  for (const SummaryRow& row : rows) {
    if (!row.latency_ns || !is_command(row)) continue;
    series[series_of(row.cell)].push_back({row.cell.n, latency_of(row)});
  }
  for (auto& [key, latencies] : series) {
    std::sort(latencies.begin(), latencies.end(),
              [](const SizedLatency& a, const SizedLatency& b) { return a.n < b.n; });
  }
  return series;
}

// The row that a row's gap is against.
const SummaryRow* reference_of(const SummaryRow& row, const std::vector<SummaryRow>& rows) {
  const std::optional<CellKey> cell = reference_cell_of(row);
  const auto found = std::find_if(rows.begin(), rows.end(), [&](const SummaryRow& other) {
    return cell && other.cell == *cell;
  });
  return found == rows.end() ? nullptr : &*found;
}

}  // namespace

std::optional<Estimate> startup_of(const std::vector<SizedLatency>& latencies) {
  if (latencies.size() < fewest_sizes_of_startup) return std::nullopt;
  const auto& [n, first] = latencies[0];
  const auto& [next_n, second] = latencies[1];
  if (!first.interval || !second.interval) return std::nullopt;
  if (second.value > flat_at_most * first.value) return std::nullopt;
  const double steps = static_cast<double>(next_n) / static_cast<double>(n) - 1;
  const auto work = [&](double more, double less) { return std::max(0.0, more - less) / steps; };
  const Estimate startup{
      .value = first.value - work(second.value, first.value),
      .interval =
          Interval{first.interval->low - work(second.interval->high, first.interval->low),
                   first.interval->high - work(second.interval->low, first.interval->high)}};
  const bool is_told =
      startup.interval->low > 0 && relative_half_width(*startup.interval) <= most_uncertain_startup;
  return is_told ? std::optional(startup) : std::nullopt;
}

std::optional<Estimate> gap_without_startup(const Estimate& python_ns, const Estimate& python_start,
                                            const Estimate& native_ns,
                                            const Estimate& native_start) {
  for (const Estimate* each : {&python_ns, &python_start, &native_ns, &native_start}) {
    if (!each->interval) return std::nullopt;
  }
  const auto rest = [](const Estimate& whole, const Estimate& start) {
    return Estimate{.value = whole.value - start.value,
                    .interval = Interval{whole.interval->low - start.interval->high,
                                         whole.interval->high - start.interval->low}};
  };
  const Estimate python = rest(python_ns, python_start), native = rest(native_ns, native_start);
  if (python.interval->low <= 0 || native.interval->low <= 0) return std::nullopt;
  const Estimate gap{.value = python.value / native.value,
                     .interval = Interval{python.interval->low / native.interval->high,
                                          python.interval->high / native.interval->low}};
  const bool is_told = relative_half_width(*gap.interval) <= most_uncertain_rest;
  return is_told ? std::optional(gap) : std::nullopt;
}

void take_startups(std::vector<SummaryRow>& rows) {
  std::map<SeriesKey, std::optional<Estimate>> startups;
  for (const auto& [key, latencies] : latencies_of(rows)) startups[key] = startup_of(latencies);
  for (SummaryRow& row : rows) {
    const auto own = startups.find(series_of(row.cell));
    if (own != startups.end() && row.latency_ns) row.startup_ns = own->second;
  }
  for (SummaryRow& row : rows) {
    if (!row.startup_ns || !row.gap) continue;
    const SummaryRow* const native = reference_of(row, rows);
    if (native == nullptr || !native->startup_ns) continue;
    row.gap_without_startup = gap_without_startup(latency_of(row), *row.startup_ns,
                                                  latency_of(*native), *native->startup_ns);
  }
}

}  // namespace gapmeter
