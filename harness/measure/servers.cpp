#include "harness/measure/servers.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <set>
#include <stdexcept>
#include <utility>

#include "harness/base/text.h"
#include "harness/measure/named_program.h"

namespace gapmeter {
namespace {

// On the command line there is no {python}: the user writes which one.
constexpr std::array<std::string_view, 2> users_placeholders{"{port}", "{threads}"};

std::vector<int> threads_of(const Server& server, const Selection& selection,
                            std::size_t processors) {
  if (server.every_processor) {
    constexpr std::size_t enough_for_both = 4;
    return {static_cast<int>(processors >= enough_for_both ? processors - 1 : processors)};
  }
  const bool uses_threads = mentions(server.command, "{threads}") && !selection.threads.empty();
  return uses_threads ? selection.threads : std::vector<int>{1};
}

ServerCandidate candidate_of(const Servers& servers, const Server& server, int threads,
                             const ProcessorShares& shares, const ServerDepth& depth,
                             const LoadSpec& load) {
  ServerCandidate candidate{
      .server = &server,
      .threads = threads,
      .task = {.command = filled_in(server.command, "{threads}", std::to_string(threads)),
               .request = servers.request,
               .answer = servers.answer,
               .tolerance = servers.tolerance,
               .load = load,
               .least_s = depth.least_s,
               .least_requests = depth.least_requests,
               .memory_s = depth.memory_s,
               .saturation_s = depth.saturation_s,
               .server_cpus = shares.server,
               .client_cpus = shares.client,
               .are_shared = shares.are_shared,
               .counts_collections = server.counts_collections}};
  if (!server.missing.empty()) {
    candidate.failure = server.missing;
    candidate.status = Status::skipped;
  }
  return candidate;
}

bool can_be_asked(const ServerCandidate& candidate) { return candidate.failure.empty(); }

// In ratio.
std::size_t nearest_rate(const std::vector<std::size_t>& rates, double wanted) {
  return *std::min_element(rates.begin(), rates.end(), [&](std::size_t a, std::size_t b) {
    const auto distance = [&](std::size_t rate) {
      return std::abs(std::log(static_cast<double>(rate) / wanted));
    };
    return distance(a) < distance(b);
  });
}

std::size_t half_rate(const std::vector<std::size_t>& rates, const ServerCandidate& candidate) {
  return nearest_rate(rates, candidate.task.capacity_per_s / 2);
}

// The rates at which a server is measured: up to the first that it can't serve.
std::set<std::size_t> rates_up_to_capacity(const std::vector<std::size_t>& rates, double capacity) {
  std::set<std::size_t> chosen;
  for (const std::size_t rate : rates) {
    chosen.insert(rate);
    if (static_cast<double>(rate) >= capacity) break;
  }
  return chosen;
}

// Where each candidate is measured.
using RatesOf = std::vector<std::set<std::size_t>>;

RatesOf quick_rates(const Servers& servers, const std::vector<ServerCandidate>& candidates,
                    const std::vector<std::size_t>& rates) {
  std::optional<std::size_t> common;
  for (const ServerCandidate& candidate : candidates) {
    const bool is_baseline = candidate.server->id == servers.baseline;
    if (is_baseline && can_be_asked(candidate)) common = half_rate(rates, candidate);
  }
  RatesOf chosen;
  for (const ServerCandidate& candidate : candidates) {
    std::set<std::size_t>& own = chosen.emplace_back();
    if (!can_be_asked(candidate)) continue;
    const double capacity = candidate.task.capacity_per_s;
    own = {nearest_rate(rates, capacity / 4), half_rate(rates, candidate)};
    if (common && static_cast<double>(*common) < capacity) own.insert(*common);
  }
  return chosen;
}

// A round at a low rate would else take minutes.
constexpr double most_round_s = 10;

PlannedVariant planned_variant(const ServerCandidate& candidate, std::size_t rate,
                               bool is_measured) {
  PlannedVariant planned{.id = candidate.server->id, .threads = candidate.threads};
  if (!can_be_asked(candidate)) {
    planned.settled = {.status = candidate.status, .reason = candidate.failure};
  } else if (!is_measured) {
    planned.settled = {
        .status = Status::skipped,
        .reason = fmt::format("saturates at {:.0f} requests/s", candidate.task.capacity_per_s)};
  }
  planned.server = candidate.task;
  planned.server->least_requests =
      std::max(std::int64_t{1},
               std::min(candidate.task.least_requests,
                        static_cast<std::int64_t>(most_round_s * static_cast<double>(rate))));
  return planned;
}

}  // namespace

Server parse_server(std::string_view text) {
  const auto [id, command] = named_program(text, "python/mine=uvicorn app:app --port {port}");
  try {
    Server server{.id = id, .text = command, .command = parse_command(command, users_placeholders)};
    if (!mentions(server.command, "{port}")) {
      throw std::invalid_argument(
          "it does not mention {port}: write {port} where it takes the port to listen on, since "
          "another one is free each time");
    }
    return server;
  } catch (const std::invalid_argument& error) {
    throw std::invalid_argument(fmt::format("{}: {}", to_string(id), error.what()));
  }
}

Servers servers_of(const Kernel& kernel, const std::string& python) {
  const Service& service = kernel.service.value();
  Servers servers{.name = kernel.name,
                  .request = service.request,
                  .answer = service.answer,
                  .tolerance = service.tolerance,
                  .reference = reference_of(kernel),
                  .baseline = baseline_of(kernel),
                  .rates = own_sizes(kernel)};
  for (const ServerVariant& variant : service.servers) {
    Server server{.id = {Lane::called(variant.lane).value_or(Lane::native()), variant.name},
                  .text = variant.command,
                  .requires_packages = variant.requires_packages,
                  .missing = variant.missing,
                  .every_processor = variant.every_processor,
                  .quick = variant.quick,
                  .counts_collections = variant.counts_collections};
    try {
      server.command =
          filled_in(parse_command(variant.command, server_placeholders), "{python}", python);
    } catch (const std::invalid_argument& error) {
      server.missing = error.what();
    }
    servers.variants.push_back(std::move(server));
  }
  return servers;
}

std::vector<Servers> selected_servers(const Catalog& catalog, const Selection& selection) {
  std::vector<Servers> all;
  for (const Kernel* kernel : select_kernels(catalog, selection.kernels)) {
    if (selection.among && !selection.among->contains(kernel->name)) continue;
    if (!kernel->service) continue;
    Servers servers = servers_of(*kernel, catalog.python.executable);
    if (!selection.variants.empty()) {
      std::erase_if(servers.variants, [&](const Server& server) {
        return !matches_any(server.id, selection.variants);
      });
    }
    if (!servers.empty()) all.push_back(std::move(servers));
  }
  return all;
}

std::vector<std::size_t> usual_rates() {
  std::vector<std::size_t> rates;
  constexpr std::size_t least = 125, most = 64'000;
  for (std::size_t rate = least; rate <= most; rate *= 2) rates.push_back(rate);
  return rates;
}

std::optional<std::string> find_problem(const Servers& servers, const Selection& selection) {
  if (!is_plain_name(servers.name)) {
    return fmt::format("--name '{}' is to be letters, digits, '_', '.' and '-'", servers.name);
  }
  std::set<VariantId> seen;
  bool any_uses_threads = false;
  for (const Server& server : servers.variants) {
    if (!seen.insert(server.id).second) {
      return fmt::format("two servers are called {}", to_string(server.id));
    }
    any_uses_threads = any_uses_threads || mentions(server.command, "{threads}");
  }
  if (!selection.threads.empty() && !any_uses_threads) {
    return "no server mentions {threads}: write it where the number of its workers or threads "
           "belongs, or leave out --threads";
  }
  return std::nullopt;
}

VariantId usual_reference(const std::vector<Server>& servers) {
  const auto found = std::find_if(servers.begin(), servers.end(), [](const Server& server) {
    return server.id.lane.is_compiled();
  });
  return found == servers.end() ? servers.front().id : found->id;
}

VariantId usual_baseline(const std::vector<Server>& servers) {
  const auto found = std::find_if(servers.begin(), servers.end(),
                                  [](const Server& server) { return server.id.lane.is_python(); });
  return found == servers.end() ? servers.front().id : found->id;
}

ProcessorShares share_processors(const std::vector<int>& allowed, int threads,
                                 const std::optional<int>& pinned) {
  const std::size_t wanted = threads == 0 ? std::max<std::size_t>(1, allowed.size() - 1)
                                          : static_cast<std::size_t>(threads);
  if (pinned) {
    for (const int cpu : allowed) {
      if (cpu != *pinned) return {{*pinned}, {cpu}, false};
    }
    return {{*pinned}, {*pinned}, true};
  }
  if (wanted >= allowed.size()) return {allowed, allowed, true};
  return {{allowed.end() - static_cast<std::ptrdiff_t>(wanted), allowed.end()},
          {allowed.front()},
          false};
}

std::vector<ServerCandidate> candidates_of(const Servers& servers, const Selection& selection,
                                           const std::vector<int>& allowed,
                                           const std::optional<int>& pinned,
                                           const ServerDepth& depth, const LoadSpec& load) {
  const bool any_quick = std::any_of(servers.variants.begin(), servers.variants.end(),
                                     [](const Server& server) { return server.quick; });
  std::vector<ServerCandidate> candidates;
  for (const Server& server : servers.variants) {
    const bool is_named = !selection.variants.empty();
    if (is_named && !matches_any(server.id, selection.variants)) continue;
    if (selection.quick && any_quick && !is_named && !server.quick) continue;
    for (const int threads : threads_of(server, selection, allowed.size())) {
      // Of a user's server nobody knows how many threads it has: it may use what the client does
      // not need.
      const bool is_told = server.every_processor || mentions(server.command, "{threads}");
      const ProcessorShares shares = share_processors(allowed, is_told ? threads : 0, pinned);
      candidates.push_back(candidate_of(servers, server, threads, shares, depth, load));
    }
  }
  return candidates;
}

std::vector<CellGroup> plan_servers(const Servers& servers,
                                    const std::vector<ServerCandidate>& candidates,
                                    const Selection& selection, const ServerDepth& depth) {
  const std::vector<std::size_t>& rates = selection.sizes.empty() ? servers.rates : selection.sizes;
  const bool is_quick = selection.quick && selection.sizes.empty();
  RatesOf measured;
  if (is_quick) {
    measured = quick_rates(servers, candidates, rates);
  } else {
    for (const ServerCandidate& candidate : candidates) {
      measured.push_back(can_be_asked(candidate)
                             ? rates_up_to_capacity(rates, candidate.task.capacity_per_s)
                             : std::set<std::size_t>{});
    }
  }
  std::set<std::size_t> all;
  for (const auto& own : measured) all.insert(own.begin(), own.end());
  // Of servers that can't be asked there is a row that says why.
  if (all.empty()) all.insert(rates.front());
  std::vector<CellGroup> groups;
  for (const std::size_t rate : all) {
    CellGroup group{.kernel = servers.name,
                    .n = rate,
                    .single_calls = 0,
                    .untimed = {},
                    .rounds = depth.rounds};
    bool any_half = false;
    for (std::size_t i = 0; i < candidates.size(); ++i) {
      const bool is_measured = measured[i].contains(rate);
      if (is_quick && !is_measured && can_be_asked(candidates[i])) continue;
      group.variants.push_back(planned_variant(candidates[i], rate, is_measured));
      const bool is_half = is_measured && half_rate(rates, candidates[i]) == rate;
      if (is_half) group.variants.back().server->memory_s = depth.soak_s;
      group.variants.back().measures_memory = is_half || !is_quick;
      any_half = any_half || is_half;
    }
    if (!is_quick || any_half) group.untimed = {Pass::memory};
    groups.push_back(std::move(group));
  }
  return groups;
}

CellGroup plan_verification(const Servers& servers,
                            const std::vector<ServerCandidate>& candidates) {
  CellGroup group{.kernel = servers.name, .n = 1, .untimed = {Pass::verify}};
  for (const ServerCandidate& candidate : candidates) {
    group.variants.push_back(planned_variant(candidate, 1, true));
  }
  return group;
}

}  // namespace gapmeter
