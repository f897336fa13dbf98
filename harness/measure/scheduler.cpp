#include "harness/measure/scheduler.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <iterator>
#include <limits>
#include <set>
#include <utility>

#include "harness/analysis/summary.h"

namespace gapmeter {
namespace {

// The memory that a call added is scaled with n only if it is far above the rounding of allocators.
constexpr std::int64_t telling_bytes = 16 * rss_resolution_bytes;

std::size_t tasks_of(const Plan& plan, const CellGroup& group) {
  return group.variants.size() * tasks_per_variant(plan, group);
}

}  // namespace

Scheduler::Scheduler(const Plan& plan, TaskRunner& runner, const Clock& clock,
                     RunObserver& observer, SchedulerOptions options)
    : plan_(plan),
      runner_(runner),
      clock_(clock),
      observer_(observer),
      options_(std::move(options)),
      started_s_(clock.now_s()) {
  for (const RoundRow& row : options_.known) known_[{row.cell, row.pass, row.round}] = &row;
  for (const CellGroup& group : plan_.groups) {
    total_ += tasks_of(plan_, group);
  }
}

RunEnd Scheduler::run() {
  for (std::size_t i = 0; i < plan_.groups.size(); ++i) {
    if (stopped()) return RunEnd::interrupted;
    const CellGroup& group = plan_.groups[i];
    const double share_s = share_of_budget(i);
    if (share_s > 0) {
      run_group(group, share_s);
    } else {
      skip_group(group);
    }
    if (stopped()) return RunEnd::interrupted;
    done_ = 0;
    for (std::size_t k = 0; k <= i; ++k) {
      done_ += tasks_of(plan_, plan_.groups[k]);
    }
    observer_.group_ends(group, done_, total_);
  }
  return RunEnd::complete;
}

double Scheduler::share_of_budget(std::size_t next) const {
  if (!options_.budget_s) return std::numeric_limits<double>::infinity();
  const double left_s = *options_.budget_s - (clock_.now_s() - started_s_);
  std::size_t variants_left = 0;
  for (std::size_t i = next; i < plan_.groups.size(); ++i) {
    variants_left += plan_.groups[i].variants.size();
  }
  return left_s * static_cast<double>(plan_.groups[next].variants.size()) /
         static_cast<double>(variants_left);
}

void Scheduler::run_group(const CellGroup& group, double share_s) {
  const double deadline_s = clock_.now_s() + share_s;
  rows_.clear();
  std::vector<Contestant> contestants;
  for (const PlannedVariant& planned : group.variants) contestants.push_back({&planned});
  for (const Pass pass : group.untimed) {
    run_untimed(group, contestants, pass);
    if (stopped()) return;
  }
  std::vector<Contestant*> fit;
  for (Contestant& contestant : contestants) {
    if (!contestant.failed) fit.push_back(&contestant);
  }
  for (int round = 0; round < plan_.rounds + plan_.further_rounds; ++round) {
    // The first round is always run: a cell that was verified is worth a figure.
    if (round > 0 && clock_.now_s() >= deadline_s) return;
    if (round >= plan_.rounds) retire_undisturbed(fit);
    if (!run_round(group, fit, round)) return;
    if (round < plan_.rounds) retire_precise(fit, round + 1);
  }
}

// Rounds beyond those that were planned are for cells that were disturbed nearly all the time.
// Looks only at probes, never at what was measured.
void Scheduler::retire_undisturbed(std::vector<Contestant*>& contestants) const {
  std::map<std::pair<VariantId, int>, std::int64_t> undisturbed;  // slices, by variant and threads
  for (const RoundRow& row : rows_) {
    const std::optional<double> best = probes_.best(row.cell.threads);
    if (!row.measurement.timing || !best) continue;
    const Slices& slices = row.measurement.timing->slices;
    undisturbed[{row.cell.variant, row.cell.threads}] +=
        std::count_if(slices.begin(), slices.end(),
                      [&](const Slice& slice) { return is_undisturbed(slice, *best); });
  }
  for (Contestant* contestant : contestants) {
    const PlannedVariant& planned = *contestant->planned;
    const std::int64_t seen = undisturbed[{planned.id, planned.threads}];
    contestant->is_done = contestant->is_done || seen >= least_undisturbed_slices;
  }
}

// Looks only at the widths of intervals: where they lie must not decide when to stop.
void Scheduler::retire_precise(std::vector<Contestant*>& contestants, int rounds) const {
  // Of fewer, the first that agree too well would end it.
  constexpr std::size_t least_deciding = 6;
  if (!plan_.precision || deciding_rounds(static_cast<std::size_t>(rounds)) < least_deciding) {
    return;
  }
  std::vector<RoundRow> deciding;
  std::copy_if(rows_.begin(), rows_.end(), std::back_inserter(deciding), [&](const RoundRow& row) {
    return row.round < static_cast<int>(deciding_rounds(static_cast<std::size_t>(rounds)));
  });
  std::set<std::pair<std::string, int>> needed;  // variant, threads: not yet precise enough
  for (const auto* rows : {&std::as_const(deciding), &rows_}) {
    for (const SummaryRow& row : summarize(*rows, probes_)) {
      if (row.status != Status::ok || is_precise(row, *plan_.precision)) continue;
      needed.insert({to_string(row.cell.variant), row.cell.threads});
      needed.insert({row.reference, row.cell.threads});
    }
  }
  for (Contestant* contestant : contestants) {
    const PlannedVariant& planned = *contestant->planned;
    contestant->is_done = !needed.contains({to_string(planned.id), planned.threads});
  }
}

// Records what is known of a variant without running it.
void Scheduler::settle(const CellGroup& group, Contestant& contestant) {
  std::optional<Measurement> settled = contestant.planned->settled;
  const auto before = exhausted_.find(series_of(cell_of(group, *contestant.planned)));
  if (!settled && before != exhausted_.end()) {
    settled = Measurement{.status = Status::skipped, .reason = before->second};
  }
  if (!settled) settled = too_large(group, *contestant.planned);
  if (!settled) return;
  contestant.failed = true;
  if (recall(group, contestant, Pass::verify, 0)) return;
  record(group, *contestant.planned, Pass::verify, 0, 0, {.measurement = *settled});
}

std::optional<Measurement> Scheduler::too_large(const CellGroup& group,
                                                const PlannedVariant& planned) const {
  if (!options_.memory_bytes) return std::nullopt;
  const double needed = memory_of(group, planned);
  const auto limit = static_cast<double>(*options_.memory_bytes);
  if (needed <= limit) return std::nullopt;
  constexpr double mib = 1 << 20;
  return Measurement{.status = Status::skipped,
                     .reason = fmt::format("would need about {:.0f} MiB, the limit is {:.0f} "
                                           "(--mem-limit)",
                                           needed / mib, limit / mib)};
}

// False if the user stopped the run.
bool Scheduler::run_round(const CellGroup& group, std::vector<Contestant*>& contestants,
                          int round) {
  std::vector<Contestant*> waiting;
  std::vector<int> positions;  // of these, among them and those that are known
  std::vector<Task> tasks;
  int position = 0;
  for (Contestant* contestant : contestants) {
    if (contestant->failed || contestant->is_done) continue;
    ++position;
    if (recall(group, *contestant, Pass::time, round)) continue;
    waiting.push_back(contestant);
    positions.push_back(position - 1);
    tasks.push_back(task_of(group, *contestant, Pass::time));
    tasks.back().verify_after = round == 0;
  }
  for (std::size_t first = 0; first < tasks.size();) {
    const std::size_t count = fitting(group, waiting, first);
    const auto begin = tasks.begin() + static_cast<std::ptrdiff_t>(first);
    observer_.task_starts(*begin, round, done_, total_);
    const std::vector<Task> together(begin, begin + static_cast<std::ptrdiff_t>(count));
    std::vector<TaskOutcome> outcomes =
        runner_.run_round(together, round_key(plan_, group, round), options_.stop);
    for (std::size_t i = 0; i < count; ++i) {
      conclude(group, *waiting[first + i], Pass::time, round, positions[first + i],
               std::move(outcomes[i]));
    }
    if (stopped()) return false;
    first += count;
  }
  return true;
}

// How many of the contestants from `first` on can be alive together in memory: at least one.
std::size_t Scheduler::fitting(const CellGroup& group, const std::vector<Contestant*>& contestants,
                               std::size_t first) const {
  std::size_t count = 1;
  double needed = memory_of(group, *contestants[first]->planned);
  for (std::size_t i = first + 1; i < contestants.size(); ++i, ++count) {
    needed += memory_of(group, *contestants[i]->planned);
    if (options_.memory_bytes && needed > static_cast<double>(*options_.memory_bytes)) break;
  }
  return count;
}

// What a variant will probably have in memory: by what it declares, or by what a smaller size or
// the memory pass took, scaled with n.
double Scheduler::memory_of(const CellGroup& group, const PlannedVariant& planned) const {
  const auto declared = static_cast<double>(group.working_set_bytes);
  const auto known = footprints_.find(series_of(cell_of(group, planned)));
  if (known == footprints_.end()) return declared;
  const Footprint& smaller = known->second;
  const double growth = static_cast<double>(group.n) / static_cast<double>(smaller.n);
  return std::max(declared, smaller.baseline_bytes + smaller.added_bytes * growth);
}

// Verifies variants or measures their memory, except those whose result is already known.
void Scheduler::run_untimed(const CellGroup& group, std::vector<Contestant>& contestants,
                            Pass pass) {
  std::vector<Contestant*> waiting;
  std::vector<Task> tasks;
  for (Contestant& contestant : contestants) {
    if (pass == Pass::verify) settle(group, contestant);
    if (contestant.failed || recall(group, contestant, pass, 0)) continue;
    waiting.push_back(&contestant);
    tasks.push_back(task_of(group, contestant, pass));
  }
  if (tasks.empty()) return;
  observer_.task_starts(tasks.front(), 0, done_, total_);
  runner_.run_untimed(tasks, [&](std::size_t i, TaskOutcome outcome) {
    conclude(group, *waiting[i], pass, 0, 0, std::move(outcome));
    if (stopped()) return false;
    if (i + 1 < tasks.size()) observer_.task_starts(tasks[i + 1], 0, done_, total_);
    return true;
  });
}

Task Scheduler::task_of(const CellGroup& group, const Contestant& contestant, Pass pass) const {
  Task task{.pass = pass,
            .kernel = group.kernel,
            .variant = contestant.planned->id,
            .n = group.n,
            .threads = contestant.planned->threads,
            .seed = plan_.seed,
            .timing = plan_.timing};
  task.timing.single_calls_ns = static_cast<std::int64_t>(
      static_cast<double>(plan_.timing.single_calls_ns) * group.single_calls);
  task.timing.plan = contestant.slices;
  return task;
}

void Scheduler::conclude(const CellGroup& group, Contestant& contestant, Pass pass, int round,
                         int position, TaskOutcome outcome) {
  if (round < plan_.rounds) ++done_;
  if (outcome.abandoned) return;
  const PlannedVariant& planned = *contestant.planned;
  learn(cell_of(group, planned), contestant, outcome.measurement);
  record(group, planned, pass, round, position, std::move(outcome));
}

bool Scheduler::recall(const CellGroup& group, Contestant& contestant, Pass pass, int round) {
  const CellKey cell = cell_of(group, *contestant.planned);
  const auto found = known_.find({cell, pass, round});
  if (found == known_.end()) return false;
  learn(cell, contestant, found->second->measurement);
  keep(*found->second);
  if (round < plan_.rounds) ++done_;
  return true;
}

// What the end of a task means for the tasks to come.
void Scheduler::learn(const CellKey& cell, Contestant& contestant, const Measurement& measurement) {
  if (measurement.timing) contestant.slices = slices_of(*measurement.timing);
  contestant.failed = measurement.status != Status::ok;
  if (const auto& memory = measurement.memory) {
    const auto added = std::max(memory->input_bytes.value_or(0), memory->peak_bytes.value_or(0));
    if (added >= telling_bytes) {
      footprints_[series_of(cell)] = {cell.n, static_cast<double>(memory->baseline_bytes),
                                      static_cast<double>(added)};
    }
  }
  if (measurement.status == Status::timeout || measurement.status == Status::oom) {
    exhausted_.emplace(series_of(cell),
                       fmt::format("{} already at n={}", name_of(measurement.status), cell.n));
  }
}

void Scheduler::skip_group(const CellGroup& group) {
  for (const PlannedVariant& planned : group.variants) {
    if (known_.contains({cell_of(group, planned), Pass::verify, 0})) continue;
    const Measurement skipped{.status = Status::skipped,
                              .reason = "the budget ended before this size"};
    record(group, planned, Pass::verify, 0, 0, {.measurement = planned.settled.value_or(skipped)});
  }
}

void Scheduler::record(const CellGroup& group, const PlannedVariant& planned, Pass pass, int round,
                       int position, TaskOutcome outcome) {
  RoundRow row{.cell = cell_of(group, planned),
               .job = planned.job,
               .pass = pass,
               .round = round,
               .position = position,
               .rounds_planned = plan_.rounds,
               .precision = plan_.precision,
               .budgeted = options_.budget_s.has_value(),
               .measurement = std::move(outcome.measurement),
               .items_per_call = planned.cost.items,
               .bytes_per_call = planned.cost.bytes,
               .flops_per_call = planned.cost.flops,
               .working_set_bytes = static_cast<std::int64_t>(group.working_set_bytes),
               .worker_s = outcome.wall_s};
  observer_.row_ends(row);
  keep(std::move(row));
}

void Scheduler::keep(RoundRow row) {
  probes_.add(row);
  rows_.push_back(std::move(row));
}

}  // namespace gapmeter
