#include "harness/measure/duel.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <iterator>
#include <span>

#include "harness/analysis/comparison.h"

namespace gapmeter {
namespace {

constexpr std::array side_names{"base", "new"};

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
    const std::optional<Timing>& timing = outcome.measurement.timing;
    const std::int64_t wanted = task_.timing.slices ? task_.timing.slices->slices : 0;
    if (timing && std::ssize(timing->slice_ns) == wanted) return true;
    fail(side, Status::error, "its round is not cut as it was told");
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
    task_.timing = {.batch_ns = rule_.batch_ns, .round_ns = rule_.slice_ns};
    const TaskOutcome outcome = runner_.run(0, task_);
    if (!accept_round(0, outcome)) return false;
    const Timing& timing = outcome.measurement.timing.value();
    task_.timing.batch = timing.batch;
    task_.timing.slices = plan_slices(timing, rule_);
    return true;
  }

  bool run_pair(int pair) {
    std::array<TaskOutcome, 2> outcomes = runner_.run_pair(task_, pair % 2);
    // As with single workers, one retry: a worker that the system killed for want of memory is
    // killed again.
    if (outcomes[0].killed || outcomes[1].killed) outcomes = runner_.run_pair(task_, pair % 2);
    // Checks both, so that a side which was ended because the other one failed does not hide the
    // reason.
    const std::array accepted{accept_round(0, outcomes[0]), accept_round(1, outcomes[1])};
    if (!accepted[0] || !accepted[1]) return false;
    for (const int side : {0, 1}) {
      if (record_) record_({side, pair, outcomes[static_cast<std::size_t>(side)]});
    }
    const Timing& base = outcomes[0].measurement.timing.value();
    const Timing& compared = outcomes[1].measurement.timing.value();
    result_.base_ns.push_back(median(base.slice_ns));
    result_.new_ns.push_back(median(compared.slice_ns));
    result_.ratios.push_back(ratio_of_slices(base.slice_ns, compared.slice_ns));
    return true;
  }

  bool is_over() {
    if (result_.ratios.empty()) return false;
    if (stopped()) return true;
    const bool is_short = task_.timing.batch->estimator == Estimator::p10;
    const double budget_s = is_short ? rule_.short_budget_s : rule_.long_budget_s;
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
  DuelResult result_{};
};

}  // namespace

DuelResult run_duel(Task task, PairRunner& runner, const Clock& clock, const DuelRule& rule,
                    const std::function<void(const DuelRow&)>& record) {
  return Duel(std::move(task), runner, clock, rule, record).run();
}

double ratio_of_slices(const std::vector<double>& base_ns, const std::vector<double>& new_ns) {
  std::vector<double> ratios;
  for (std::size_t i = 0; i < base_ns.size(); ++i) ratios.push_back(new_ns[i] / base_ns[i]);
  return median(ratios);
}

SlicePlan plan_slices(const Timing& timing, const DuelRule& rule) {
  const double batch_ns = timing.p50_ns * static_cast<double>(timing.batch.calls);
  const auto times = [](double whole_ns, double part_ns) {
    return std::max(std::int64_t{1}, static_cast<std::int64_t>(std::llround(whole_ns / part_ns)));
  };
  const std::int64_t batches = times(static_cast<double>(rule.slice_ns), batch_ns);
  const double slice_ns = batch_ns * static_cast<double>(batches);
  const std::int64_t slices = times(static_cast<double>(rule.round_ns), slice_ns);
  return {.slices = std::min(slices, rule.most_slices), .batches = batches};
}

}  // namespace gapmeter
