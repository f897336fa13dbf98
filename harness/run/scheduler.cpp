#include "harness/run/scheduler.h"

#include <fmt/format.h>

#include <chrono>
#include <limits>
#include <set>
#include <system_error>

#include "harness/results/summary.h"

namespace gapmeter {
namespace {

std::size_t jobs_per_variant(const Plan& plan) { return 2 + static_cast<std::size_t>(plan.rounds); }

std::string family_of(const Comparison& comparison, const VariantId& variant) {
  return fmt::format("{} {} {}", comparison.kernel, to_string(variant), comparison.threads);
}

}  // namespace

double SteadyClock::now_s() const {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

Scheduler::Scheduler(const Plan& plan, JobRunner& runner, const Clock& clock, RunObserver& observer,
                     SchedulerOptions options)
    : plan_(plan),
      runner_(runner),
      clock_(clock),
      observer_(observer),
      options_(options),
      started_s_(clock.now_s()) {
  for (const Comparison& comparison : plan_.comparisons) {
    total_ += comparison.variants.size() * jobs_per_variant(plan_);
  }
}

RunEnd Scheduler::run() {
  for (std::size_t i = 0; i < plan_.comparisons.size(); ++i) {
    if (stopped()) return RunEnd::interrupted;
    const Comparison& comparison = plan_.comparisons[i];
    const double share_s = share_of_budget(plan_.comparisons.size() - i);
    if (share_s > 0) {
      run_comparison(comparison, share_s);
    } else {
      skip_comparison(comparison);
    }
    if (stopped()) return RunEnd::interrupted;
    done_ = 0;
    for (std::size_t k = 0; k <= i; ++k) {
      done_ += plan_.comparisons[k].variants.size() * jobs_per_variant(plan_);
    }
    observer_.comparison_ends(comparison, done_, total_);
  }
  return RunEnd::complete;
}

double Scheduler::share_of_budget(std::size_t comparisons_left) const {
  if (!options_.budget_s) return std::numeric_limits<double>::infinity();
  const double left_s = *options_.budget_s - (clock_.now_s() - started_s_);
  return left_s / static_cast<double>(comparisons_left);
}

void Scheduler::run_comparison(const Comparison& comparison, double share_s) {
  const double deadline_s = clock_.now_s() + share_s;
  rows_.clear();
  std::vector<Contestant> contestants;
  for (const PlannedVariant& planned : comparison.variants) contestants.push_back({&planned});
  for (const Pass pass : {Pass::verify, Pass::memory}) {
    for (Contestant& contestant : contestants) {
      if (pass == Pass::verify) settle(comparison, contestant);
      if (contestant.failed) continue;
      run_pass(comparison, contestant, pass, 0, 0);
      if (stopped()) return;
    }
  }
  std::vector<Contestant*> fit;
  for (Contestant& contestant : contestants) {
    if (!contestant.failed) fit.push_back(&contestant);
  }
  for (int round = 0; round < plan_.rounds; ++round) {
    // The first round is always run: a cell that was verified is worth a figure.
    if (round > 0 && clock_.now_s() >= deadline_s) return;
    if (!run_round(comparison, fit, round)) return;
    retire_precise(fit);
  }
}

// Looks at the widths of intervals alone: where they lie must not decide when to stop.
void Scheduler::retire_precise(std::vector<Contestant*>& contestants) const {
  if (!plan_.precision) return;
  std::set<std::string> needed;  // variants with a width still to be reached
  for (const SummaryRow& row : summarize(rows_)) {
    if (row.status != Status::ok || is_precise(row, *plan_.precision)) continue;
    needed.insert(to_string(row.cell.variant));
    needed.insert(row.reference);
  }
  for (Contestant* contestant : contestants) {
    contestant->precise = !needed.contains(to_string(contestant->planned->id));
  }
}

// Records what is known of a variant without running it.
void Scheduler::settle(const Comparison& comparison, Contestant& contestant) {
  std::optional<Measurement> settled = contestant.planned->settled;
  const auto before = exhausted_.find(family_of(comparison, contestant.planned->id));
  if (!settled && before != exhausted_.end()) {
    settled = Measurement{.status = Status::skipped, .reason = before->second};
  }
  if (!settled) return;
  record(comparison, contestant.planned->id, Pass::verify, 0, 0, {.measurement = *settled});
  contestant.failed = true;
}

// False when the user stopped the run.
bool Scheduler::run_round(const Comparison& comparison, std::vector<Contestant*>& contestants,
                          int round) {
  const auto order = round_order(plan_, comparison, round, contestants.size());
  for (std::size_t position = 0; position < order.size(); ++position) {
    Contestant& contestant = *contestants[order[position]];
    if (contestant.failed || contestant.precise) continue;
    run_pass(comparison, contestant, Pass::time, round, static_cast<int>(position));
    if (stopped()) return false;
  }
  return true;
}

void Scheduler::run_pass(const Comparison& comparison, Contestant& contestant, Pass pass, int round,
                         int position) {
  const VariantId& variant = contestant.planned->id;
  Job job{.pass = pass,
          .kernel = comparison.kernel,
          .variant = variant,
          .n = comparison.n,
          .threads = comparison.threads,
          .seed = plan_.seed,
          .timing = plan_.timing};
  job.timing.batch = contestant.batch;
  observer_.job_starts(job, round, done_, total_);
  JobOutcome outcome = run_job(job);
  ++done_;
  if (outcome.abandoned) return;
  const Measurement& measurement = outcome.measurement;
  if (measurement.timing) contestant.batch = measurement.timing->batch;
  contestant.failed = measurement.status != Status::ok;
  if (measurement.status == Status::timeout || measurement.status == Status::oom) {
    exhausted_.emplace(
        family_of(comparison, variant),
        fmt::format("{} already at n={}", name_of(measurement.status), comparison.n));
  }
  record(comparison, variant, pass, round, position, std::move(outcome));
}

// A process that the system would not start is a failed job, not the end of the run.
JobOutcome Scheduler::run_job(const Job& job) {
  try {
    return runner_.run(job);
  } catch (const std::system_error& error) {
    return {.measurement = {.status = Status::error, .reason = error.what()}};
  }
}

void Scheduler::skip_comparison(const Comparison& comparison) {
  for (const PlannedVariant& planned : comparison.variants) {
    const Measurement skipped{.status = Status::skipped,
                              .reason = "the budget ended before this size"};
    record(comparison, planned.id, Pass::verify, 0, 0,
           {.measurement = planned.settled.value_or(skipped)});
  }
}

void Scheduler::record(const Comparison& comparison, const VariantId& variant, Pass pass, int round,
                       int position, JobOutcome outcome) {
  RoundRow row{.cell = {comparison.kernel, variant, comparison.n, comparison.threads},
               .pass = pass,
               .round = round,
               .position = position,
               .rounds_planned = plan_.rounds,
               .precision = plan_.precision,
               .budgeted = options_.budget_s.has_value(),
               .measurement = std::move(outcome.measurement),
               .items_per_call = comparison.cost.items,
               .bytes_per_call = comparison.cost.bytes,
               .flops_per_call = comparison.cost.flops,
               .working_set_bytes = static_cast<std::int64_t>(comparison.working_set_bytes),
               .worker_s = outcome.wall_s};
  observer_.row_ends(row);
  rows_.push_back(std::move(row));
}

}  // namespace gapmeter
