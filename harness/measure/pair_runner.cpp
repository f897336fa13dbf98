#include "harness/measure/pair_runner.h"

namespace gapmeter {
namespace {

// A worker that takes its slices on request.
class Contender {
 public:
  Contender(const WorkerSettings& settings, const Task& task)
      : settings_(settings),
        title_(title_of(task)),
        call_(call_of(settings, command_for(settings, task.variant), task, task.threads)),
        process_(call_.spec) {}

  // False when it will take no further slice.
  bool wait_until_ready() {
    ready_ = ready_ || process_.wait_until_ready();
    return ready_;
  }

  // Runs a slice to its end. False when there is no further one.
  bool take_turn() {
    process_.step();
    ready_ = false;
    return wait_until_ready();
  }

  // The outcome of the whole round. If it `was_broken_off`, a side that was waiting is not to
  // blame.
  TaskOutcome outcome(bool was_broken_off) {
    const WorkerReply reply{process_.wait(), call_.nonce};
    log_output(settings_, title_, reply.process);
    TaskOutcome outcome = outcome_of(reply, settings_.timeout_s);
    outcome.abandoned = outcome.abandoned || (was_broken_off && ready_);
    return outcome;
  }

 private:
  const WorkerSettings& settings_;
  std::string title_;
  WorkerCall call_;
  SteppedProcess process_;
  bool ready_ = false;
};

}  // namespace

TaskOutcome ProcessPairRunner::run(int side, const Task& task) {
  return ProcessTaskRunner(settings_[static_cast<std::size_t>(side)]).run(task);
}

std::array<TaskOutcome, 2> ProcessPairRunner::run_pair(const Task& task, int first) {
  std::array<Contender, 2> sides{Contender(settings_[0], task), Contender(settings_[1], task)};
  // Starts both before the first slice: starting up would disturb the other side's slices.
  bool going = true;
  for (Contender& side : sides) going = side.wait_until_ready() && going;
  const std::int64_t slices = task.timing.slices.value().slices;
  for (std::int64_t slice = 0; slice < slices; ++slice) {
    const int starting = (slice + 1) / 2 % 2 == 0 ? first : 1 - first;
    for (const int side : {starting, 1 - starting}) {
      const bool is_last = slice + 1 == slices;
      going = going && (sides[static_cast<std::size_t>(side)].take_turn() || is_last);
    }
  }
  return {sides[0].outcome(!going), sides[1].outcome(!going)};
}

}  // namespace gapmeter
