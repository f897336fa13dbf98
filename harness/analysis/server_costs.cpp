#include "harness/analysis/server_costs.h"

#include <algorithm>
#include <cmath>
#include <map>

namespace gapmeter {
namespace {

using Rates = std::vector<const SummaryRow*>;  // of one server, ascending

// The rows of each server that was asked, in their order.
std::vector<Rates> by_server(const std::vector<SummaryRow>& rows) {
  std::vector<Rates> servers;
  std::map<SeriesKey, std::size_t> places;
  for (const SummaryRow& row : rows) {
    if (!is_server(row)) continue;
    const auto [place, is_new] = places.try_emplace(series_of(row.cell), servers.size());
    if (is_new) servers.emplace_back();
    servers[place->second].push_back(&row);
  }
  for (Rates& rates : servers) {
    std::sort(rates.begin(), rates.end(),
              [](const SummaryRow* a, const SummaryRow* b) { return a->cell.n < b->cell.n; });
  }
  return servers;
}

// What a few requests say of a p99 is not supported, but they can show that it is too long.
std::optional<double> p99_of(const SummaryRow& row) {
  if (!row.latency_ns) return std::nullopt;
  return supported_quantile(single_calls_of(row), 0.99);
}

// The last rate before the first whose p99 is beyond the objective. nullptr if there is none. A
// rate at which the client was too late says nothing, and neither do those above.
const SummaryRow* best_within(const Rates& rates, ServerCost& cost) {
  const SummaryRow* best = nullptr;
  for (const SummaryRow* row : rates) {
    const std::optional<double> p99 = p99_of(*row);
    if (!p99 || *p99 > cost.objective_ns) {
      cost.is_client_bound = row->state == MachineState::client_bound;
      break;
    }
    best = row;
  }
  return best;
}

// Under load at that rate or, where memory was not measured there, at the next one that has it.
const SummaryRow* with_memory(const Rates& rates, const SummaryRow* best) {
  const SummaryRow* found = nullptr;
  for (const SummaryRow* row : rates) {
    if (!row->combined.memory) continue;
    found = row;
    if (best != nullptr && row->cell.n >= best->cell.n) break;
  }
  return found;
}

void take_memory(const SummaryRow& row, ServerCost& cost) {
  const MemoryUse& memory = *row.combined.memory;
  cost.idle_bytes = memory.baseline_bytes;
  cost.loaded_bytes = memory.baseline_bytes + memory.peak_bytes.value_or(0);
}

ServerCost cost_of(const Rates& rates, const RunContext& context) {
  const CellKey& cell = rates.front()->cell;
  ServerCost cost{.kernel = cell.kernel,
                  .variant = cell.variant,
                  .threads = cell.threads,
                  .objective_ns = context.objective_ns,
                  .wanted_per_s = context.wanted_per_s};
  const double capacity = rates.front()->combined.load->capacity_per_s;
  if (capacity > 0) cost.capacity_per_s = capacity;
  const SummaryRow* const best = best_within(rates, cost);
  if (const SummaryRow* const memory = with_memory(rates, best)) take_memory(*memory, cost);
  if (best == nullptr) return cost;
  cost.rate_per_s = static_cast<double>(best->cell.n);
  cost.latency_p99_ns = p99_of(*best);
  constexpr double gib = 1 << 30;
  if (cost.loaded_bytes) {
    cost.per_gib = *cost.rate_per_s / (static_cast<double>(*cost.loaded_bytes) / gib);
  }
  const auto& timing = best->combined.timing;
  if (timing && timing->processes) {
    const double seconds = timing->processes->user_s + timing->processes->system_s;
    if (seconds > 0) {
      cost.processor_s = seconds;
      cost.per_core = 1 / seconds;
    }
  }
  if (cost.wanted_per_s) {
    cost.instances = static_cast<std::int64_t>(std::ceil(*cost.wanted_per_s / *cost.rate_per_s));
  }
  return cost;
}

}  // namespace

std::vector<ServerCost> server_costs_of(const std::vector<SummaryRow>& rows,
                                        const RunContext& context) {
  std::vector<ServerCost> costs;
  for (const Rates& rates : by_server(rows)) costs.push_back(cost_of(rates, context));
  return costs;
}

}  // namespace gapmeter
