#include "harness/run/duel.h"

#include <fmt/format.h>

#include <array>
#include <cmath>

#include "harness/results/comparison.h"
#include "harness/results/summary.h"

namespace gapmeter {
namespace {

constexpr std::array side_names{"base", "new"};

class Duel {
 public:
  Duel(Job job, JobRunner& base, JobRunner& compared, const Clock& clock, const DuelRule& rule,
       const std::function<void(const DuelRow&)>& record)
      : job_(std::move(job)),
        sides_{&base, &compared},
        clock_(clock),
        rule_(rule),
        record_(record),
        started_s_(clock.now_s()) {
    job_.timing = rule.timing;
  }

  DuelResult run(int first) {
    if (verify() && same_inputs()) {
      for (int pair = 0; pair < rule_.most_pairs && !is_over(); ++pair) {
        // A B, B A, B A, A B: each side comes first as often as second, over four pairs.
        const int starting = (pair + 1) / 2 % 2 == 0 ? first : 1 - first;
        if (!run_pair(pair, starting)) break;
      }
    }
    result_.seconds = clock_.now_s() - started_s_;
    return std::move(result_);
  }

 private:
  bool stopped() const { return rule_.stop != nullptr && *rule_.stop; }

  // True when the job ended well.
  bool run_job(int side, JobOutcome& outcome) {
    outcome = sides_[static_cast<std::size_t>(side)]->run(job_);
    if (outcome.abandoned || stopped()) result_.interrupted = true;
    if (outcome.abandoned) return false;
    const Measurement& measurement = outcome.measurement;
    if (measurement.status == Status::ok) return true;
    result_.status = measurement.status;
    result_.failure = fmt::format("{}: {}: {}", side_names[static_cast<std::size_t>(side)],
                                  name_of(measurement.status), measurement.reason);
    return false;
  }

  bool verify() {
    job_.pass = Pass::verify;
    for (const int side : {0, 1}) {
      JobOutcome outcome;
      if (!run_job(side, outcome)) return false;
      digests_[static_cast<std::size_t>(side)] = outcome.measurement.input_digest;
    }
    job_.pass = Pass::time;
    return true;
  }

  bool same_inputs() {
    if (digests_[0] == digests_[1]) return true;
    result_.status = Status::error;
    result_.failure = "the two builds make different inputs from the same seed";
    return false;
  }

  bool run_pair(int pair, int starting) {
    std::array<double, 2> latency_ns{};
    for (const int side : {starting, 1 - starting}) {
      JobOutcome outcome;
      if (!run_job(side, outcome)) return false;
      const Timing& timing = outcome.measurement.timing.value();
      // The first round of all says how batches are timed: alike on both sides.
      if (!job_.timing.batch) job_.timing.batch = timing.batch;
      latency_ns[static_cast<std::size_t>(side)] = timing.latency_ns;
      if (record_) record_({side, pair, outcome});
    }
    result_.base_ns.push_back(latency_ns[0]);
    result_.new_ns.push_back(latency_ns[1]);
    return true;
  }

  bool is_over() const {
    if (result_.base_ns.empty()) return false;
    if (stopped()) return true;
    const bool is_short = job_.timing.batch->estimator == Estimator::p10;
    const double budget_s = is_short ? rule_.cell_budget_s : rule_.long_budget_s;
    if (clock_.now_s() - started_s_ >= budget_s) return true;
    const Estimate ratio = ratio_of_pairs(result_.base_ns, result_.new_ns, rule_.confidence);
    return ratio.interval &&
           std::log(ratio.interval->high / ratio.interval->low) / 2 <= rule_.half_width;
  }

  Job job_;
  std::array<JobRunner*, 2> sides_;
  const Clock& clock_;
  const DuelRule& rule_;
  const std::function<void(const DuelRow&)>& record_;
  double started_s_;
  std::array<std::string, 2> digests_{};
  DuelResult result_{};
};

}  // namespace

DuelResult run_duel(Job job, JobRunner& base, JobRunner& compared, const Clock& clock,
                    const DuelRule& rule, int first,
                    const std::function<void(const DuelRow&)>& record) {
  return Duel(std::move(job), base, compared, clock, rule, record).run(first);
}

}  // namespace gapmeter
