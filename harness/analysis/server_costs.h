// What a server costs: the rate that one instance serves within an objective, the memory and the
// processor time that it takes for that, and how many instances a wanted rate needs.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "harness/model/rows.h"
#include "harness/model/run_facts.h"

namespace gapmeter {

// One line of servers.csv. Measured figures alone: nothing is interpolated between rates.
struct ServerCost {
  std::string kernel;
  VariantId variant{};
  int threads = 1;
  double objective_ns = 0;  // of the p99
  std::optional<double> capacity_per_s{};
  // The highest measured rate below which every rate's p99 was within the objective, and the p99
  // there; absent if not even the lowest was.
  std::optional<double> rate_per_s{};
  std::optional<double> latency_p99_ns{};
  bool is_client_bound = false;  // the next rate could not be told, for the client was too late
  std::optional<std::int64_t> idle_bytes{}, loaded_bytes{};  // of all its processes, at that rate
  std::optional<double> processor_s{};                       // of a request, at that rate
  std::optional<double> per_gib{}, per_core{};               // requests a second
  std::optional<double> wanted_per_s{};
  std::optional<std::int64_t> instances{};  // of this machine, for the wanted rate

  bool operator==(const ServerCost&) const = default;
};

// One for each server with rows, in their order.
std::vector<ServerCost> server_costs_of(const std::vector<SummaryRow>& rows,
                                        const RunContext& context);

}  // namespace gapmeter
