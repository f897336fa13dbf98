#include "harness/worker/server_load.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <stdexcept>

#include "harness/base/hash.h"
#include "harness/load/closed_loop.h"
#include "harness/sys/affinity.h"

namespace gapmeter {
namespace {

using Steady = std::chrono::steady_clock;

// Long enough for the first answers of the warm-up to be back when the timed part begins: a server
// would else seem to answer fewer requests than it is asked.
double warm_up_s(RunningServer& server) {
  constexpr int questions = 3;
  constexpr double least_s = 0.5, most_s = 10, answers = 4;
  double answer_s = 0;
  for (int i = 0; i < questions; ++i) {
    const Steady::time_point start = Steady::now();
    server.ask();
    answer_s = std::chrono::duration<double>(Steady::now() - start).count();
  }
  return std::clamp(answers * answer_s, least_s, most_s);
}

bool is_too_much(const Task& task) {
  const double capacity = task.server->capacity_per_s;
  return capacity > 0 && static_cast<double>(task.n) > capacity;
}

void check_answers(RunningServer& server, const Task& task, const OpenLoopResult& result) {
  server.check_running();
  constexpr double most_wrong = 0.01;
  const auto wrong = static_cast<double>(result.errors);
  if (is_too_much(task) || wrong <= most_wrong * static_cast<double>(result.requests)) return;
  throw std::runtime_error(fmt::format("{} of {} requests failed, the first since {}{}",
                                       result.errors, result.requests, result.first_error,
                                       server.last_output()));
}

}  // namespace

std::string digest_text(const ServerTask& task) {
  return hex_of(hash_of(to_text(task.request, 0) + '\n' + task.answer.value_or("")));
}

void become_client(const ServerTask& task) {
  if (!task.client_cpus.empty()) run_on(task.client_cpus);
}

OpenLoopResult load_server(RunningServer& server, const Task& task, double least_s,
                           std::int64_t least_requests) {
  const auto rate = static_cast<double>(task.n);
  const auto count = static_cast<std::size_t>(
      std::max(least_requests, static_cast<std::int64_t>(std::ceil(rate * least_s))));
  const LoadSpec& load = task.server->load;
  // Beyond its capacity a warm-up would only be the beginning of the queue.
  const double before_s = is_too_much(task) ? 0 : warm_up_s(server);
  const OpenLoopPlan plan = plan_open_loop(load.schedule, rate, count, before_s, task.seed);
  OpenLoopResult result = run_open_loop(
      server.target(), plan, load, task.server->are_shared ? Precision::sleeps : Precision::spins,
      [&] { return server.is_running(); });
  check_answers(server, task, result);
  return result;
}

ServerRound ask_until_in_time(std::size_t rate, const std::function<ServerRound()>& ask) {
  constexpr int most_attempts = 4;
  for (int attempt = 1;; ++attempt) {
    ServerRound round = ask();
    round.load.attempts = attempt;
    const bool is_in_time = is_saturated(round.load, rate) ||
                            !is_client_bound(round.load, *round.result.latencies.quantile(0.99));
    if (is_in_time || attempt == most_attempts) return round;
  }
}

double find_capacity(RunningServer& server, const ServerTask& task) {
  const auto ask_with = [&](int connections) {
    ClosedLoopResult result =
        run_closed_loop(server.target(), connections, task.saturation_s / 4, task.saturation_s,
                        [&] { return server.is_running(); });
    server.check_running();
    return result;
  };
  // Of an event loop, more of them make no difference; of a server with workers, each has some.
  constexpr int first_connections = 32, times_as_many = 4;
  constexpr double worthwhile = 1.1;
  const int most = task.load.connections;
  int connections = std::min(first_connections, most);
  const ClosedLoopResult first = ask_with(connections);
  if (first.answers_per_s <= 0) {
    throw std::runtime_error(fmt::format("no request was answered under load: {}{}",
                                         first.first_error, server.last_output()));
  }
  double best_per_s = first.answers_per_s;
  // One that waits with its answers instead of working has room for more.
  for (bool is_worthwhile = true; is_worthwhile && connections < most;) {
    connections = std::min(connections * times_as_many, most);
    const double more_per_s = ask_with(connections).answers_per_s;
    is_worthwhile = more_per_s > worthwhile * best_per_s;
    best_per_s = std::max(best_per_s, more_per_s);
  }
  return best_per_s;
}

ServerDescription describe_server(const ServerTask& task) {
  ServerDescription description;
  try {
    become_client(task);
    RunningServer server(task);
    description.answer = server.answer();
    if (task.saturation_s > 0) description.capacity_per_s = find_capacity(server, task);
    server.end();
  } catch (const std::exception& error) {
    description.failure = error.what();
  }
  return description;
}

}  // namespace gapmeter
