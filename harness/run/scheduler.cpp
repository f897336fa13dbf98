#include "harness/run/scheduler.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <iterator>
#include <limits>
#include <set>
#include <utility>

#include "harness/results/summary.h"

namespace gapmeter {
namespace {

// What a call added is scaled with n only where it is far above what allocators round up to.
constexpr std::int64_t telling_bytes = 16 * rss_resolution_bytes;

std::size_t jobs_of(const Plan& plan, const Comparison& comparison) {
  return comparison.variants.size() * jobs_per_variant(plan, comparison);
}

std::string family_of(const CellKey& cell) {
  return fmt::format("{} {} {}", cell.kernel, to_string(cell.variant), cell.threads);
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
      options_(std::move(options)),
      started_s_(clock.now_s()) {
  for (const RoundRow& row : options_.known) known_[{row.cell, row.pass, row.round}] = &row;
  for (const Comparison& comparison : plan_.comparisons) {
    total_ += jobs_of(plan_, comparison);
  }
}

RunEnd Scheduler::run() {
  for (std::size_t i = 0; i < plan_.comparisons.size(); ++i) {
    if (stopped()) return RunEnd::interrupted;
    const Comparison& comparison = plan_.comparisons[i];
    const double share_s = share_of_budget(i);
    if (share_s > 0) {
      run_comparison(comparison, share_s);
    } else {
      skip_comparison(comparison);
    }
    if (stopped()) return RunEnd::interrupted;
    done_ = 0;
    for (std::size_t k = 0; k <= i; ++k) {
      done_ += jobs_of(plan_, plan_.comparisons[k]);
    }
    observer_.comparison_ends(comparison, done_, total_);
  }
  return RunEnd::complete;
}

double Scheduler::share_of_budget(std::size_t next) const {
  if (!options_.budget_s) return std::numeric_limits<double>::infinity();
  const double left_s = *options_.budget_s - (clock_.now_s() - started_s_);
  std::size_t variants_left = 0;
  for (std::size_t i = next; i < plan_.comparisons.size(); ++i) {
    variants_left += plan_.comparisons[i].variants.size();
  }
  return left_s * static_cast<double>(plan_.comparisons[next].variants.size()) /
         static_cast<double>(variants_left);
}

void Scheduler::run_comparison(const Comparison& comparison, double share_s) {
  const double deadline_s = clock_.now_s() + share_s;
  rows_.clear();
  std::vector<Contestant> contestants;
  for (const PlannedVariant& planned : comparison.variants) contestants.push_back({&planned});
  for (const Pass pass : {Pass::verify, Pass::memory}) {
    if (pass == Pass::memory && !comparison.memory) continue;
    run_untimed(comparison, contestants, pass);
    if (stopped()) return;
  }
  std::vector<Contestant*> fit;
  for (Contestant& contestant : contestants) {
    if (!contestant.failed) fit.push_back(&contestant);
  }
  for (int round = 0; round < plan_.rounds; ++round) {
    // The first round is always run: a cell that was verified is worth a figure.
    if (round > 0 && clock_.now_s() >= deadline_s) return;
    if (!run_round(comparison, fit, round)) return;
    retire_precise(fit, round + 1);
  }
}

// Looks at the widths of intervals alone: where they lie must not decide when to stop.
void Scheduler::retire_precise(std::vector<Contestant*>& contestants, int rounds) const {
  if (!plan_.precision) return;
  std::vector<RoundRow> deciding;
  std::copy_if(rows_.begin(), rows_.end(), std::back_inserter(deciding), [&](const RoundRow& row) {
    return row.round < static_cast<int>(deciding_rounds(static_cast<std::size_t>(rounds)));
  });
  std::set<std::pair<std::string, int>> needed;  // variant, threads: a width is still to be reached
  for (const auto* rows : {&std::as_const(deciding), &rows_}) {
    for (const SummaryRow& row : summarize(*rows)) {
      if (row.status != Status::ok || is_precise(row, *plan_.precision)) continue;
      needed.insert({to_string(row.cell.variant), row.cell.threads});
      needed.insert({row.reference, row.cell.threads});
    }
  }
  for (Contestant* contestant : contestants) {
    const PlannedVariant& planned = *contestant->planned;
    contestant->precise = !needed.contains({to_string(planned.id), planned.threads});
  }
}

// Records what is known of a variant without running it.
void Scheduler::settle(const Comparison& comparison, Contestant& contestant) {
  std::optional<Measurement> settled = contestant.planned->settled;
  const auto before = exhausted_.find(family_of(cell_of(comparison, *contestant.planned)));
  if (!settled && before != exhausted_.end()) {
    settled = Measurement{.status = Status::skipped, .reason = before->second};
  }
  if (!settled) settled = too_large(comparison, *contestant.planned);
  if (!settled) return;
  contestant.failed = true;
  if (recall(comparison, contestant, Pass::verify, 0)) return;
  record(comparison, *contestant.planned, Pass::verify, 0, 0, {.measurement = *settled});
}

std::optional<Measurement> Scheduler::too_large(const Comparison& comparison,
                                                const PlannedVariant& planned) const {
  if (!options_.memory_bytes) return std::nullopt;
  auto needed = static_cast<double>(comparison.working_set_bytes);
  const auto known = footprints_.find(family_of(cell_of(comparison, planned)));
  if (known != footprints_.end()) {
    const Footprint& smaller = known->second;
    const double growth = static_cast<double>(comparison.n) / static_cast<double>(smaller.n);
    needed = std::max(needed, smaller.baseline_bytes + smaller.added_bytes * growth);
  }
  const auto limit = static_cast<double>(*options_.memory_bytes);
  if (needed <= limit) return std::nullopt;
  constexpr double mib = 1 << 20;
  return Measurement{.status = Status::skipped,
                     .reason = fmt::format("would need about {:.0f} MiB, the limit is {:.0f} "
                                           "(--mem-limit)",
                                           needed / mib, limit / mib)};
}

// False when the user stopped the run.
bool Scheduler::run_round(const Comparison& comparison, std::vector<Contestant*>& contestants,
                          int round) {
  const auto order = round_order(plan_, comparison, round, contestants.size());
  for (std::size_t position = 0; position < order.size(); ++position) {
    Contestant& contestant = *contestants[order[position]];
    if (contestant.failed || contestant.precise) continue;
    if (recall(comparison, contestant, Pass::time, round)) continue;
    const Job job = job_of(comparison, contestant, Pass::time);
    observer_.job_starts(job, round, done_, total_);
    conclude(comparison, contestant, Pass::time, round, static_cast<int>(position),
             runner_.try_to_run(job));
    if (stopped()) return false;
  }
  return true;
}

// Verifies or weighs those of which it is not known yet how that ends.
void Scheduler::run_untimed(const Comparison& comparison, std::vector<Contestant>& contestants,
                            Pass pass) {
  std::vector<Contestant*> waiting;
  std::vector<Job> jobs;
  for (Contestant& contestant : contestants) {
    if (pass == Pass::verify) settle(comparison, contestant);
    if (contestant.failed || recall(comparison, contestant, pass, 0)) continue;
    waiting.push_back(&contestant);
    jobs.push_back(job_of(comparison, contestant, pass));
  }
  if (jobs.empty()) return;
  observer_.job_starts(jobs.front(), 0, done_, total_);
  runner_.run_untimed(jobs, [&](std::size_t i, JobOutcome outcome) {
    conclude(comparison, *waiting[i], pass, 0, 0, std::move(outcome));
    if (stopped()) return false;
    if (i + 1 < jobs.size()) observer_.job_starts(jobs[i + 1], 0, done_, total_);
    return true;
  });
}

Job Scheduler::job_of(const Comparison& comparison, const Contestant& contestant, Pass pass) const {
  Job job{.pass = pass,
          .kernel = comparison.kernel,
          .variant = contestant.planned->id,
          .n = comparison.n,
          .threads = contestant.planned->threads,
          .seed = plan_.seed,
          .timing = plan_.timing};
  job.timing.single_calls_ns = static_cast<std::int64_t>(
      static_cast<double>(plan_.timing.single_calls_ns) * comparison.single_calls);
  job.timing.batch = contestant.batch;
  return job;
}

void Scheduler::conclude(const Comparison& comparison, Contestant& contestant, Pass pass, int round,
                         int position, JobOutcome outcome) {
  ++done_;
  if (outcome.abandoned) return;
  const PlannedVariant& planned = *contestant.planned;
  learn(cell_of(comparison, planned), contestant, outcome.measurement);
  record(comparison, planned, pass, round, position, std::move(outcome));
}

bool Scheduler::recall(const Comparison& comparison, Contestant& contestant, Pass pass, int round) {
  const CellKey cell = cell_of(comparison, *contestant.planned);
  const auto found = known_.find({cell, pass, round});
  if (found == known_.end()) return false;
  learn(cell, contestant, found->second->measurement);
  rows_.push_back(*found->second);
  ++done_;
  return true;
}

// What a job's end means for those to come.
void Scheduler::learn(const CellKey& cell, Contestant& contestant, const Measurement& measurement) {
  if (measurement.timing) contestant.batch = measurement.timing->batch;
  contestant.failed = measurement.status != Status::ok;
  if (const auto& memory = measurement.memory) {
    const auto added = std::max(memory->input_bytes.value_or(0), memory->peak_bytes.value_or(0));
    if (added >= telling_bytes) {
      footprints_[family_of(cell)] = {cell.n, static_cast<double>(memory->baseline_bytes),
                                      static_cast<double>(added)};
    }
  }
  if (measurement.status == Status::timeout || measurement.status == Status::oom) {
    exhausted_.emplace(family_of(cell),
                       fmt::format("{} already at n={}", name_of(measurement.status), cell.n));
  }
}

void Scheduler::skip_comparison(const Comparison& comparison) {
  for (const PlannedVariant& planned : comparison.variants) {
    if (known_.contains({cell_of(comparison, planned), Pass::verify, 0})) continue;
    const Measurement skipped{.status = Status::skipped,
                              .reason = "the budget ended before this size"};
    record(comparison, planned, Pass::verify, 0, 0,
           {.measurement = planned.settled.value_or(skipped)});
  }
}

void Scheduler::record(const Comparison& comparison, const PlannedVariant& planned, Pass pass,
                       int round, int position, JobOutcome outcome) {
  RoundRow row{.cell = cell_of(comparison, planned),
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
