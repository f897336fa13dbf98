#include "harness/measure/duel.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <span>

#include "harness/analysis/comparison.h"
#include "harness/analysis/undisturbed.h"

namespace gapmeter {
namespace {

constexpr std::array side_names{"base", "new"};

// Turns that count together: what base took in each, and how many times that new took.
struct Turns {
  std::vector<double> base_ns{}, ratios{};

  void add(const Slice& base, const Slice& compared) {
    base_ns.push_back(base.call_ns);
    ratios.push_back(compared.call_ns / base.call_ns);
  }
};

class Duel {
 public:
  Duel(Task task, PairRunner& runner, const Clock& clock, const DuelRule& rule,
       const std::function<void(const DuelRow&)>& record)
      : task_(std::move(task)),
        runner_(runner),
        clock_(clock),
        rule_(rule),
        record_(record),
        started_s_(clock.now_s()) {}

  DuelResult run() {
    if (verify() && calibrate()) {
      first_pair_s_ = clock_.now_s();
      for (int pair = 0; pair < rule_.most_pairs && !is_over(); ++pair) {
        if (!run_pair(pair)) break;
      }
    }
    result_.seconds = clock_.now_s() - started_s_;
    return std::move(result_);
  }

 private:
  bool stopped() const { return rule_.stop != nullptr && *rule_.stop; }

  // True if the side's task succeeded; otherwise the result gets the reason.
  bool accept(int side, const TaskOutcome& outcome) {
    if (outcome.abandoned) return false;
    const Measurement& measurement = outcome.measurement;
    if (measurement.status == Status::ok) return true;
    fail(side, measurement.status, measurement.reason);
    return false;
  }

  // Like accept, for a timed round. Its workers are those of other builds, which may not have
  // followed the task.
  bool accept_round(int side, const TaskOutcome& outcome) {
    if (!accept(side, outcome)) return false;
    if (outcome.measurement.timing) return true;
    fail(side, Status::error, "it did not time what it was told to");
    return false;
  }

  void fail(int side, Status status, const std::string& reason) {
    if (!result_.failure.empty()) return;  // the first failure counts
    result_.status = status;
    result_.failure = fmt::format("{}: {}: {}", side_names[static_cast<std::size_t>(side)],
                                  name_of(status), reason);
  }

  bool verify() {
    task_.pass = Pass::verify;
    std::array<std::string, 2> digests;
    for (const int side : {0, 1}) {
      const TaskOutcome outcome = runner_.run(side, task_);
      if (!accept(side, outcome)) return false;
      digests[static_cast<std::size_t>(side)] = outcome.measurement.input_digest;
    }
    if (digests[0] == digests[1]) return true;
    result_.status = Status::error;
    result_.failure = "the two sides make different inputs from the same seed";
    return false;
  }

  // A short round of the base side decides how both are timed.
  bool calibrate() {
    task_.pass = Pass::time;
    task_.timing = {.round_ns = rule_.round_ns / 10};
    const TaskOutcome outcome = runner_.run(0, task_);
    if (!accept_round(0, outcome)) return false;
    const SlicePlan plan = slices_of(outcome.measurement.timing.value());
    is_short_ = plan != SlicePlan{.calls = 1, .batches = 1};
    // Slices of one length on both sides, not of as many calls: where another program has the same
    // processor, a slice twice as long is interrupted far more than twice as often.
    task_.timing.plan = SlicePlan{.calls = plan.calls, .batches = is_short_ ? 0 : 1};
    task_.timing.round_ns = rule_.round_ns;
    return true;
  }

  bool run_pair(int pair) {
    const std::array<TaskOutcome, 2> outcomes = runner_.run_pair(task_, pair);
    const std::array accepted{accept_round(0, outcomes[0]), accept_round(1, outcomes[1])};
    if (!accepted[0] || !accepted[1]) return false;
    for (const int side : {0, 1}) {
      const TaskOutcome& outcome = outcomes[static_cast<std::size_t>(side)];
      if (record_) record_({side, pair, outcome});
      probes_.add({.cell = {.threads = task_.threads}, .measurement = outcome.measurement});
    }
    pairs_.push_back(
        {outcomes[0].measurement.timing->slices, outcomes[1].measurement.timing->slices});
    take_ratios();
    return true;
  }

  // Anew after each pair: what the probe takes at best is known ever better.
  void take_ratios() {
    const double best = probes_.best(task_.threads).value_or(0);
    result_.base_ns.clear();
    result_.new_ns.clear();
    result_.ratios.clear();
    result_.slices = result_.undisturbed = 0;
    for (const auto& [base, compared] : pairs_) {
      for (const Slices* slices : {&base, &compared}) {
        result_.slices += std::ssize(*slices);
        result_.undisturbed += count_undisturbed(*slices, best);
      }
      const RatioOfSlices pair = ratio_of_slices(base, compared, best);
      result_.base_ns.push_back(pair.base_ns);
      result_.new_ns.push_back(pair.base_ns * pair.ratio);
      result_.ratios.push_back(pair.ratio);
    }
  }

  bool is_over() {
    if (result_.ratios.empty()) return false;
    if (stopped()) return true;
    const double budget_s = is_short_ ? rule_.short_budget_s : rule_.long_budget_s;
    const double spent_s = clock_.now_s() - started_s_;
    const double one_pair_s =
        (clock_.now_s() - first_pair_s_) / static_cast<double>(result_.ratios.size());
    return spent_s + one_pair_s > budget_s || is_narrow();
  }

  bool is_narrow() const {
    const std::span<const double> ratios(result_.ratios);
    if (ratios.size() < 2) return false;  // no pair would decide
    const Estimate ratio =
        ratio_of_pairs(ratios.first(deciding_rounds(ratios.size())), rule_.confidence);
    return ratio.interval &&
           std::log(ratio.interval->high / ratio.interval->low) / 2 <= rule_.half_width;
  }

  Task task_;
  PairRunner& runner_;
  const Clock& clock_;
  const DuelRule& rule_;
  const std::function<void(const DuelRow&)>& record_;
  double started_s_;
  double first_pair_s_ = 0;
  bool is_short_ = false;  // a slice is more than one call
  Probes probes_{};
  std::vector<std::pair<Slices, Slices>> pairs_{};  // base, new
  DuelResult result_{};
};

}  // namespace

Entrant ProcessPairRunner::entrant(std::size_t side, Task task) const {
  task.command = commands_[side];
  return {&settings_[side], std::move(task)};
}

TaskOutcome ProcessPairRunner::run(int side, const Task& task) {
  return take_turns({entrant(static_cast<std::size_t>(side), task)}, 0).front();
}

std::array<TaskOutcome, 2> ProcessPairRunner::run_pair(const Task& task, int pair) {
  std::vector<TaskOutcome> outcomes =
      take_turns({entrant(0, task), entrant(1, task)}, static_cast<std::uint64_t>(pair));
  return {std::move(outcomes[0]), std::move(outcomes[1])};
}

DuelResult run_duel(Task task, PairRunner& runner, const Clock& clock, const DuelRule& rule,
                    const std::function<void(const DuelRow&)>& record) {
  return Duel(std::move(task), runner, clock, rule, record).run();
}

RatioOfSlices ratio_of_slices(const Slices& base, const Slices& compared, double best_probe) {
  Turns all, undisturbed;
  for (std::size_t i = 0; i < std::min(base.size(), compared.size()); ++i) {
    all.add(base[i], compared[i]);
    if (is_undisturbed(base[i], best_probe) && is_undisturbed(compared[i], best_probe)) {
      undisturbed.add(base[i], compared[i]);
    }
  }
  const bool enough = std::ssize(undisturbed.ratios) >= least_undisturbed_slices;
  const Turns& counted = enough ? undisturbed : all;
  return {.base_ns = median(counted.base_ns), .ratio = median(counted.ratios)};
}

}  // namespace gapmeter
