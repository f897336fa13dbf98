#include "harness/session/server_runs.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <stdexcept>
#include <system_error>

#include "harness/base/text.h"
#include "harness/protocol/messages.h"
#include "harness/session/command_files.h"
#include "harness/sys/affinity.h"
#include "harness/sys/files.h"
#include "harness/sys/program.h"
#include "harness/sys/streams.h"

namespace gapmeter {
namespace {

// The versions of packages, of those that are there.
using Versions = std::map<std::string, std::string>;

// Prints them as JSON. A module without a version, as of a user's own, has the empty one.
constexpr const char* version_script = R"(
import importlib.util, importlib.metadata, json, sys
found = {}
for name in sys.argv[1:]:
    if importlib.util.find_spec(name) is None:
        continue
    try:
        found[name] = importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        found[name] = ""
print(json.dumps(found))
)";

Versions versions_in(const std::string& python, const std::set<std::string>& packages,
                     const WorkerSettings& workers) {
  if (packages.empty()) return {};
  std::vector<std::string> arguments{python, "-c", version_script};
  arguments.insert(arguments.end(), packages.begin(), packages.end());
  const ProcessSpec spec{.arguments = arguments,
                         .environment = {},
                         .request = {},
                         .timeout_s = workers.timeout_s,
                         .cpus = {},
                         .abandon = workers.abandon};
  const ProcessResult result = run_process(spec);
  if (result.end == ProcessResult::End::abandoned) throw std::runtime_error("interrupted");
  const nlohmann::json json = nlohmann::json::parse(result.output, nullptr, false);
  return json.is_object() ? json.get<Versions>() : Versions{};
}

// Of servers that can't run here: they are skipped.
void find_missing_packages(Servers& servers, const Versions& versions, const std::string& python) {
  for (Server& server : servers.variants) {
    for (const std::string& package : server.requires_packages) {
      if (versions.contains(package) || !server.missing.empty()) continue;
      server.missing = fmt::format(
          "{} has no package {}: install it (scripts/setup.sh), or name an interpreter that has it "
          "(--interpreter)",
          python, package);
    }
  }
}

void find_program_of(ServerCandidate& candidate) {
  if (!candidate.failure.empty()) return;
  try {
    candidate.task.command.executable = find_program(candidate.task.command.words.front());
  } catch (const std::invalid_argument& error) {
    candidate.failure = error.what();
    candidate.status = Status::error;
  }
}

ServerDescription ask_for_description(const ServerCandidate& candidate,
                                      const WorkerSettings& workers, const std::string& kernel) {
  const std::string title = fmt::format("{} {}", kernel, to_string(candidate.server->id));
  try {
    const WorkerReply reply =
        ask_worker(workers, workers.native_command, candidate.task, candidate.threads, title);
    if (reply.process.end == ProcessResult::End::abandoned) {
      throw std::runtime_error("interrupted");
    }
    if (!reply.process.answer.empty()) {
      return decode_server_description(reply.process.answer, reply.nonce);
    }
    return {.failure = fmt::format("no answer from its worker within {:g} s (--timeout)",
                                   workers.timeout_s)};
  } catch (const std::system_error& error) {
    return {.failure = error.what()};
  } catch (const InvalidMessage& invalid) {
    return {.failure = invalid.what()};
  }
}

void take(const ServerDescription& description, ServerCandidate& candidate) {
  candidate.task.capacity_per_s = description.capacity_per_s;
  if (description.failure.empty()) return;
  candidate.failure = description.failure;
  candidate.status = Status::error;
}

bool is_reference(const Servers& servers, const ServerCandidate& candidate) {
  return candidate.server->id == servers.reference;
}

// With more than one number of threads a server is several.
std::string key_of(const ServerCandidate& candidate) {
  const std::string name = to_string(candidate.server->id);
  const bool is_one = candidate.threads == 1 || candidate.server->every_processor;
  return is_one ? name : fmt::format("{} with {} threads", name, candidate.threads);
}

void tell(const Servers& servers, const ServerCandidate& candidate) {
  const std::string found =
      candidate.failure.empty()
          ? fmt::format("at most {:.0f} requests/s", candidate.task.capacity_per_s)
          : fmt::format("{}: {}", name_of(candidate.status), candidate.failure);
  notice(stderr, fmt::format("{} {}: {}\n", servers.name, key_of(candidate), found));
}

// The right answer is the reference's, where no kernel declares it: it is asked first.
class Descriptions {
 public:
  Descriptions(Servers& servers, std::vector<ServerCandidate>& candidates,
               const WorkerSettings& workers, const ServiceFacts* known)
      : servers_(servers), candidates_(candidates), workers_(workers), known_(known) {}

  void find() {
    for (ServerCandidate& candidate : candidates_) {
      if (is_reference(servers_, candidate)) describe(candidate);
    }
    for (ServerCandidate& candidate : candidates_) {
      if (!is_reference(servers_, candidate)) describe(candidate);
    }
    for (ServerCandidate& candidate : candidates_) candidate.task.answer = servers_.answer;
  }

 private:
  void describe(ServerCandidate& candidate) {
    if (!candidate.failure.empty()) return tell(servers_, candidate);
    if (!servers_.answer && !is_reference(servers_, candidate)) {
      take({.failure = "there is nothing to compare with: the reference gave no answer"},
           candidate);
      return tell(servers_, candidate);
    }
    const ServerFacts* const known = facts_of(candidate);
    // The answer of a reference is not kept as it was: it is asked for again, to be compared with.
    if (known != nullptr && servers_.answer) return recall(*known, candidate);
    ServerCandidate asked = candidate;
    asked.task.answer = servers_.answer;
    if (known != nullptr) asked.task.saturation_s = 0;
    const ServerDescription description = ask_for_description(asked, workers_, servers_.name);
    take(description, candidate);
    if (description.failure.empty() && !servers_.answer) servers_.answer = description.answer;
    if (known != nullptr) return recall(*known, candidate);
    if (candidate.task.saturation_s > 0) tell(servers_, candidate);
  }

  const ServerFacts* facts_of(const ServerCandidate& candidate) const {
    if (known_ == nullptr) return nullptr;
    const auto found = known_->servers.find(key_of(candidate));
    return found == known_->servers.end() ? nullptr : &found->second;
  }

  static void recall(const ServerFacts& known, ServerCandidate& candidate) {
    take(
        {.failure = known.failure.value_or(""), .capacity_per_s = known.capacity_per_s.value_or(0)},
        candidate);
  }

  Servers& servers_;
  std::vector<ServerCandidate>& candidates_;
  const WorkerSettings& workers_;
  const ServiceFacts* known_;
};

std::set<std::string> packages_of(const Servers& servers) {
  std::set<std::string> packages;
  for (const Server& server : servers.variants) {
    packages.insert(server.requires_packages.begin(), server.requires_packages.end());
  }
  return packages;
}

ServerFacts facts_of(const ServerCandidate& candidate, const Versions& versions) {
  ServerFacts facts{
      .command = {.text = candidate.server->text, .executable = candidate.task.command.executable}};
  if (candidate.failure.empty()) {
    facts.command.digest = digest_of_command(candidate.task.command);
    facts.capacity_per_s = candidate.task.capacity_per_s;
  } else {
    facts.failure = candidate.failure;
  }
  for (const std::string& package : candidate.server->requires_packages) {
    const auto found = versions.find(package);
    if (found != versions.end()) facts.packages.insert(*found);
  }
  return facts;
}

std::vector<std::int64_t> ascending(const std::set<int>& cpus) {
  return {cpus.begin(), cpus.end()};
}

ServiceFacts facts_of(const Servers& servers, const std::vector<ServerCandidate>& candidates,
                      const Versions& versions) {
  constexpr int no_port = 0;
  const LoadSpec& load = candidates.front().task.load;
  ServiceFacts facts{.request = one_line(to_text(servers.request, no_port)),
                     .answer = one_line(servers.answer.value_or("")),
                     .connections = load.connections,
                     .schedule = std::string(find_name(schedule_names, load.schedule)),
                     .timeout_s = load.timeout_s};
  std::set<int> server_cpus, client_cpus;
  for (const ServerCandidate& candidate : candidates) {
    facts.servers.emplace(key_of(candidate), facts_of(candidate, versions));
    server_cpus.insert(candidate.task.server_cpus.begin(), candidate.task.server_cpus.end());
    client_cpus.insert(candidate.task.client_cpus.begin(), candidate.task.client_cpus.end());
  }
  facts.server_cpus = ascending(server_cpus);
  facts.client_cpus = ascending(client_cpus);
  return facts;
}

// The whole of a worker is to fit into its time.
double start_s_within(double timeout_s) {
  constexpr double most_s = 30;
  return std::min(most_s, timeout_s / 2);
}

std::vector<ServerCandidate> ready_candidates(const Servers& servers, const Selection& selection,
                                              const std::optional<int>& cpu,
                                              const ServerDepth& depth, const LoadSpec& load,
                                              double timeout_s) {
  std::vector<ServerCandidate> candidates =
      candidates_of(servers, selection, allowed_cpus(), cpu, depth, load);
  if (candidates.empty()) throw UnknownName("no server matches --variants");
  for (ServerCandidate& candidate : candidates) {
    candidate.task.start_s = start_s_within(timeout_s);
    find_program_of(candidate);
  }
  return candidates;
}

}  // namespace

ServerPlan plan_with_servers(Servers servers, const RunOptions& options,
                             const WorkerSettings& workers, const std::string& python,
                             const ServiceFacts* known) {
  const Versions versions = versions_in(python, packages_of(servers), workers);
  find_missing_packages(servers, versions, python);
  std::vector<ServerCandidate> candidates =
      ready_candidates(servers, options.selection, options.cpu, options.server_depth, options.load,
                       options.timeout_s);
  Descriptions(servers, candidates, workers, known).find();
  return {.groups = plan_servers(servers, candidates, options.selection, options.server_depth),
          .facts = facts_of(servers, candidates, versions)};
}

CellGroup plan_verification(Servers servers, const Selection& selection, double timeout_s,
                            const WorkerSettings& workers, const std::string& python) {
  find_missing_packages(servers, versions_in(python, packages_of(servers), workers), python);
  std::vector<ServerCandidate> candidates =
      ready_candidates(servers, selection, std::nullopt, {}, {}, timeout_s);
  for (ServerCandidate& candidate : candidates) candidate.task.saturation_s = 0;
  if (!servers.answer) {
    // Of the reference alone: the others are asked in their own passes.
    std::vector<ServerCandidate> references;
    std::copy_if(candidates.begin(), candidates.end(), std::back_inserter(references),
                 [&](const ServerCandidate& each) { return is_reference(servers, each); });
    Descriptions(servers, references, workers, nullptr).find();
    for (ServerCandidate& candidate : candidates) {
      candidate.task.answer = servers.answer;
      if (servers.answer || !candidate.failure.empty()) continue;
      const bool is_itself = is_reference(servers, candidate) && !references.empty();
      candidate.failure = is_itself ? references.front().failure
                                    : "there is nothing to compare with: the reference gave no "
                                      "answer";
      candidate.status = Status::error;
    }
  }
  return plan_verification(servers, candidates);
}

KernelFacts describe_servers(const Servers& servers, ServiceFacts facts) {
  facts.is_users = true;
  return {.title = "servers, asked over HTTP",
          .item = "request",
          .reference = to_string(servers.reference),
          .baseline = to_string(servers.baseline),
          .service = std::move(facts)};
}

}  // namespace gapmeter
