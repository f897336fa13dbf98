#include "harness/run/pair_runner.h"

namespace gapmeter {
namespace {

// A worker that takes its slices when told to.
class Contender {
 public:
  Contender(const WorkerSettings& settings, const Job& job)
      : settings_(settings),
        title_(title_of(job)),
        call_(call_of(settings, command_for(settings, job.variant), job, job.threads)),
        process_(call_.spec) {}

  // False when it will take no further slice.
  bool wait_until_ready() {
    ready_ = ready_ || process_.wait_until_ready();
    return ready_;
  }

  // Runs a slice to its end.
  void take_turn() {
    process_.step();
    ready_ = false;
    wait_until_ready();
  }

  JobOutcome outcome() {
    const WorkerReply reply{process_.wait(), call_.nonce};
    log_output(settings_, title_, reply.process);
    return outcome_of(reply, settings_.timeout_s);
  }

 private:
  const WorkerSettings& settings_;
  std::string title_;
  WorkerCall call_;
  SteppedProcess process_;
  bool ready_ = false;
};

}  // namespace

JobOutcome ProcessPairRunner::run(int side, const Job& job) {
  return ProcessJobRunner(settings_[static_cast<std::size_t>(side)]).run(job);
}

std::array<JobOutcome, 2> ProcessPairRunner::run_pair(const Job& job, int first) {
  std::array<Contender, 2> sides{Contender(settings_[0], job), Contender(settings_[1], job)};
  // Both before the first slice: starting up would disturb the other one's.
  bool going = true;
  for (Contender& side : sides) going = side.wait_until_ready() && going;
  for (int slice = 0; going; ++slice) {
    const int starting = (slice + 1) / 2 % 2 == 0 ? first : 1 - first;
    for (const int side : {starting, 1 - starting}) {
      Contender& contender = sides[static_cast<std::size_t>(side)];
      going = going && contender.wait_until_ready();
      if (going) contender.take_turn();
    }
  }
  return {sides[0].outcome(), sides[1].outcome()};
}

}  // namespace gapmeter
