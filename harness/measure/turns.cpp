#include "harness/measure/turns.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <numeric>
#include <optional>
#include <system_error>
#include <utility>

#include "harness/base/hash.h"
#include "harness/kernel/random.h"

namespace gapmeter {
namespace {

// A worker that has a slice when it is told.
class Player {
 public:
  // Starts the worker and waits until it is ready for its first slice, or has ended.
  explicit Player(const Entrant& entrant)
      : settings_(*entrant.settings),
        title_(title_of(entrant.task)),
        call_(call_of(settings_, worker_for(settings_, entrant.task), entrant.task,
                      entrant.task.threads)) {
    try {
      process_.emplace(call_.spec);
      is_ready_ = process_->wait_until_ready();
    } catch (const std::system_error& error) {
      process_.reset();
      outcome_ = not_started(error);
    }
  }

  bool is_ready() const { return is_ready_; }

  void take_turn() {
    has_begun_ = true;
    process_->step();
    is_ready_ = process_->wait_until_ready();
  }

  // Tells it that there is no further slice.
  void end() {
    was_stopped_ = true;
    process_->end();
    is_ready_ = false;
  }

  TaskOutcome outcome() {
    if (!process_) return std::move(outcome_);
    const WorkerReply reply{process_->wait(), call_.nonce};
    process_.reset();
    log_output(settings_, title_, reply.process);
    TaskOutcome outcome = outcome_of(reply, settings_.timeout_s);
    // A server that was told to end before its turn.
    if (was_stopped_ && !has_begun_ && !outcome.measurement.timing) outcome.abandoned = true;
    return outcome;
  }

 private:
  const WorkerSettings& settings_;
  std::string title_;
  WorkerCall call_;
  std::optional<SteppedProcess> process_{};
  bool is_ready_ = false;
  bool has_begun_ = false, was_stopped_ = false;
  TaskOutcome outcome_{};  // of one that did not start
};

using Players = std::vector<std::unique_ptr<Player>>;

bool any_ready(const Players& players) {
  return std::any_of(players.begin(), players.end(),
                     [](const auto& player) { return player->is_ready(); });
}

std::vector<TaskOutcome> play(const std::vector<Entrant>& entrants, std::uint64_t key,
                              const std::atomic<bool>* stop) {
  const auto stopped = [&] { return stop != nullptr && *stop; };
  Players players;
  for (const Entrant& entrant : entrants) players.push_back(std::make_unique<Player>(entrant));
  std::vector<TaskOutcome> outcomes(players.size());
  for (std::size_t i = 0; i < players.size(); ++i) {
    if (!players[i]->is_ready()) outcomes[i] = players[i]->outcome();
  }
  for (int turn = 0; any_ready(players); ++turn) {
    for (const std::size_t i : turn_order(key, turn, players.size())) {
      if (!players[i]->is_ready()) continue;
      if (stopped()) {
        players[i]->end();
      } else {
        players[i]->take_turn();
      }
      // At once: what a worker that has ended leaves behind must not run beside the others' slices.
      if (!players[i]->is_ready()) outcomes[i] = players[i]->outcome();
    }
  }
  return outcomes;
}

}  // namespace

std::vector<std::size_t> turn_order(std::uint64_t key, int turn, std::size_t count) {
  std::vector<std::size_t> order(count);
  std::iota(order.begin(), order.end(), std::size_t{0});
  Random random(hash_of(fmt::format("{}/{}", key, turn / 2)));
  for (std::size_t i = count; i > 1; --i) std::swap(order[i - 1], order[random.below(i)]);
  if (turn % 2 == 1) std::reverse(order.begin(), order.end());
  return order;
}

std::vector<TaskOutcome> take_turns(const std::vector<Entrant>& entrants, std::uint64_t key,
                                    const std::atomic<bool>* stop) {
  std::vector<TaskOutcome> outcomes = play(entrants, key, stop);
  for (std::size_t i = 0; i < entrants.size(); ++i) {
    if (outcomes[i].killed) outcomes[i] = play({entrants[i]}, key, stop).front();
  }
  return outcomes;
}

}  // namespace gapmeter
