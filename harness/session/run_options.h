// How to run: the options of every command that makes a run.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "harness/measure/commands.h"
#include "harness/measure/plan.h"
#include "harness/measure/servers.h"
#include "harness/model/against.h"
#include "harness/sys/huge_pages.h"

namespace gapmeter {

struct RunOptions {
  Selection selection{};
  Commands commands{};  // what to run instead of kernels; empty: kernels
  Servers servers{};    // or these
  LoadSpec load{};      // of servers, those of kernels, too
  ServerDepth server_depth{};
  double objective_s = 0.01;             // the p99 that is wanted of servers
  std::optional<double> wanted_per_s{};  // requests a second that are needed
  std::string out;                       // empty: results/<time>
  int rounds = 0;                        // of a cell, at most; all of them without a precision
  std::int64_t round_ns = 0;
  std::int64_t single_calls_ns = 0;  // per round, in addition to round_ns
  std::optional<double> budget_s{};
  std::optional<double> precision{};
  Against against{};
  double timeout_s = 120;
  std::optional<std::int64_t> memory_bytes{};  // of a worker; empty: from what is free
  HugePages huge_pages = HugePages::system;
  std::uint64_t seed = 1;
  std::optional<int> cpu{};  // empty: the last one that this process may use
  // Stock interpreters: one takes the embedded one's place, several run beside it.
  std::vector<std::string> interpreters{};
};

// Whether the user's own programs are run instead of kernels.
inline bool runs_programs(const RunOptions& options) {
  return !options.commands.empty() || !options.servers.empty();
}

}  // namespace gapmeter
