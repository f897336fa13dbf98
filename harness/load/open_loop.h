// Load in an open loop: requests leave by a schedule, whatever has come back, as those of many
// independent users do. A latency counts from the scheduled moment, so that a server that stalls
// makes everybody late who comes in the meantime. A client that waits for an answer before it asks
// again would ask nothing meanwhile, and see one slow answer (coordinated omission).
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "harness/base/histogram.h"
#include "harness/load/connections.h"
#include "harness/model/measurement.h"
#include "harness/model/server_spec.h"

namespace gapmeter {

struct OpenLoopPlan {
  std::vector<std::int64_t>
      due_ns{};                    // when each request is to leave, from the beginning; ascending
  std::int64_t timed_from_ns = 0;  // what is due before it warms up, and is not counted
  std::int64_t ends_ns = 0;        // when the last interval of the schedule ends
};

// First warm_up_s at the rate, then `count` requests, in as long as they take at the rate.
OpenLoopPlan plan_open_loop(Schedule schedule, double rate_per_s, std::size_t count,
                            double warm_up_s, std::uint64_t seed);

struct OpenLoopResult {
  Histogram latencies{};      // of requests due in the timed part that were answered or timed out
  Histogram lags{};           // how late they were sent, of those that found a connection free
  std::int64_t requests = 0;  // due in the timed part
  std::int64_t answered = 0;  // right answers that came within it
  std::int64_t answers = 0;   // and in all, with those of the warm-up
  std::int64_t errors = 0, timeouts = 0;
  std::int64_t connections = 0;  // the most that were open
  std::string first_error{};
  bool was_cut_short = false;  // `keep_on` said so, or it could not keep up
};

// What the client does while it waits. On a processor of its own it never sleeps, for to be woken
// takes a virtual processor as long as a fast server takes to answer: that would count as the
// server's time. One that the server needs as well it leaves alone until the next moment.
enum class Precision : std::uint8_t { spins, sleeps };

// Asks until every request has its answer, has failed or timed out; but a server that answered
// fewer than unsaturated_share of the requests in time is not waited for longer than a second.
// `keep_on` is asked every tenth of a second. Throws std::system_error.
OpenLoopResult run_open_loop(const Target& target, const OpenLoopPlan& plan, const LoadSpec& load,
                             Precision precision, const std::function<bool()>& keep_on);

}  // namespace gapmeter
