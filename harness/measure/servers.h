// Servers as a kernel: programs, named LANE/NAME, that answer the same request, and what a run
// measures of them. A user names them on the command line, or a kernel declares them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "harness/kernel/kernel.h"
#include "harness/measure/plan.h"
#include "harness/model/cell.h"
#include "harness/model/server_spec.h"

namespace gapmeter {

struct Server {
  VariantId id{};
  std::string text{};  // the command, as it was written
  CommandSpec command{};
  std::vector<std::string> requires_packages{};
  std::string missing{};                                                   // why it can't run here
  bool every_processor = false, quick = true, counts_collections = false;  // ServerVariant
};

struct Servers {
  std::string name = "server";  // the kernel's
  std::vector<Server> variants{};
  HttpRequest request{};
  std::optional<std::string> answer{};  // that is right; empty: the reference's
  double tolerance = 0;
  VariantId reference{}, baseline{};
  std::vector<std::size_t> rates{};  // that are offered unless the user names some; ascending

  bool empty() const { return variants.empty(); }
};

// How thorough a run of servers is.
struct ServerDepth {
  double least_s = 2;  // ServerTask
  std::int64_t least_requests = 500;
  double memory_s = 2;
  double soak_s = 2;  // instead, at about half of what a server can
  double saturation_s = 1;
  int rounds = 3;
};

// LANE/NAME=COMMAND {port}. Throws std::invalid_argument with what would be right.
Server parse_server(std::string_view text);
// Those that a kernel declares, with its interpreter in place of {python}. A command that does not
// parse is in the server's `missing`. Precondition: the kernel has a service.
Servers servers_of(const Kernel& kernel, const std::string& python);
// Those of the selected kernels that have any.
std::vector<Servers> selected_servers(const Catalog& catalog, const Selection& selection);
// 125, 250, … 64k requests a second: the same in every run, so that runs can be compared.
std::vector<std::size_t> usual_rates();

// What is wrong with a user's servers together with the selection, in a sentence with what to do.
std::optional<std::string> find_problem(const Servers& servers, const Selection& selection);

// The first compiled one, or else the first; and the first of Python, or else the first.
// Precondition: there is one.
VariantId usual_reference(const std::vector<Server>& servers);
VariantId usual_baseline(const std::vector<Server>& servers);

// Who runs where, of the processors that are allowed: the client has the first one, a server the
// last ones, as many as it has threads, or with 0 all others. They share all of them where these
// are too few. `pinned` is the server's, if the user named it.
struct ProcessorShares {
  std::vector<int> server{}, client{};
  bool are_shared = false;
};
ProcessorShares share_processors(const std::vector<int>& allowed, int threads,
                                 const std::optional<int>& pinned);

// A server that will be asked, with as many threads: its task lacks what its description tells.
struct ServerCandidate {
  const Server* server = nullptr;
  int threads = 1;
  ServerTask task{};
  std::string failure{};       // why it can't be asked
  Status status = Status::ok;  // of that
};
// Every server of the selection.
std::vector<ServerCandidate> candidates_of(const Servers& servers, const Selection& selection,
                                           const std::vector<int>& allowed,
                                           const std::optional<int>& pinned,
                                           const ServerDepth& depth, const LoadSpec& load);

// One group for each rate at which any server is measured: those below its capacity, and the first
// above, which shows where it is saturated. Higher ones are settled. A quick run takes a quarter
// and half of each capacity, and what the baseline is asked at half of its own for everybody.
std::vector<CellGroup> plan_servers(const Servers& servers,
                                    const std::vector<ServerCandidate>& candidates,
                                    const Selection& selection, const ServerDepth& depth);
// For `verify`: one group, at a rate that means nothing.
CellGroup plan_verification(const Servers& servers, const std::vector<ServerCandidate>& candidates);

}  // namespace gapmeter
