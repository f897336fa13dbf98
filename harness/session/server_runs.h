// Servers of a run: what is found out about each before the plan is made, and what run.json says of
// them.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "harness/measure/plan.h"
#include "harness/measure/servers.h"
#include "harness/measure/worker_process.h"
#include "harness/model/run_facts.h"
#include "harness/session/run_options.h"

namespace gapmeter {

struct ServerPlan {
  std::vector<CellGroup> groups{};
  ServiceFacts facts{};
};

// Finds the programs, looks for the packages that servers need in `python`, asks each server for
// its answer and its capacity, and plans the rates. What `known` says of a server, as when a run
// goes on, is not asked again. Whatever is wrong with a server becomes its rows. Throws
// UnknownName if nothing is selected (--variants), std::runtime_error if the user stopped it.
ServerPlan plan_with_servers(Servers servers, const RunOptions& options,
                             const WorkerSettings& workers, const std::string& python,
                             const ServiceFacts* known = nullptr);

// The same for `verify`: nothing is asked for its capacity.
CellGroup plan_verification(Servers servers, const Selection& selection, double timeout_s,
                            const WorkerSettings& workers, const std::string& python);

// What run.json says of a user's servers.
KernelFacts describe_servers(const Servers& servers, ServiceFacts facts);

}  // namespace gapmeter
