#include "harness/measure/scheduler.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <iterator>
#include <limits>
#include <set>
#include <utility>

#include "harness/analysis/summary.h"
#include "harness/measure/turns.h"

namespace gapmeter {
namespace {

// Too few rounds can't reach any.
std::optional<double> precision_of(const Plan& plan, const CellGroup& group) {
  return group.rounds && *group.rounds < least_precise_rounds ? std::nullopt : plan.precision;
}

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
      footprints_(options_.memory_bytes),
      started_s_(clock.now_s()) {
  for (const RoundRow& row : options_.known) known_[{row.cell, row.pass, row.round}] = &row;
  for (const CellGroup& group : plan_.groups) {
    total_ += tasks_of(plan_, group);
    variants_ += group.variants.size();
    Contest& contest = contests_.emplace_back(Contest{.group = &group});
    for (const PlannedVariant& planned : group.variants) {
      contest.contestants.push_back({&planned});
    }
  }
}

RunEnd Scheduler::run() {
  for (Contest& contest : contests_) {
    if (stopped()) return RunEnd::interrupted;
    open(contest);
  }
  while (!stopped() && !is_budget_over()) {
    Contest* const next = next_contest();
    if (next == nullptr) break;
    run_round(*next);
  }
  if (stopped()) return RunEnd::interrupted;
  for (Contest& contest : contests_) {
    if (!contest.has_ended) end(contest);
  }
  return RunEnd::complete;
}

// What a contest has before all others had theirs: the untimed passes and a first round, since a
// cell that was verified is worth a figure.
void Scheduler::open(Contest& contest) {
  if (is_budget_over()) {
    skip(contest);
    return end(contest);
  }
  const double began_s = clock_.now_s();
  for (Contestant& contestant : contest.contestants) settle(contest, contestant);
  for (const Pass pass : contest.group->untimed) {
    run_untimed(contest, pass);
    if (stopped()) return;
  }
  contest.spent_s += clock_.now_s() - began_s;
  if (has_round_left(contest)) {
    run_round(contest);
  } else {
    end(contest);
  }
}

// The one with the fewest rounds: a cell's rounds are then spread over the run, and see as much of
// the machine's slow changes as the run did. One that has used up its share of the budget waits
// until no other wants a round. nullptr if none does.
Scheduler::Contest* Scheduler::next_contest() {
  Contest* next = nullptr;
  const auto order = [&](const Contest& contest) {
    return std::pair(contest.spent_s >= share_of_budget(contest), contest.rounds);
  };
  for (Contest& contest : contests_) {
    if (contest.has_ended) continue;
    if (next == nullptr || order(contest) < order(*next)) next = &contest;
  }
  return next;
}

bool Scheduler::is_budget_over() const {
  return options_.budget_s && clock_.now_s() - started_s_ >= *options_.budget_s;
}

double Scheduler::share_of_budget(const Contest& contest) const {
  if (!options_.budget_s) return std::numeric_limits<double>::infinity();
  return *options_.budget_s * static_cast<double>(contest.group->variants.size()) /
         static_cast<double>(variants_);
}

bool Scheduler::has_round_left(const Contest& contest) const {
  return contest.rounds < rounds_of(plan_, *contest.group) &&
         std::any_of(contest.contestants.begin(), contest.contestants.end(),
                     [](const Contestant& each) { return !each.failed && !each.is_done; });
}

// A round of all that are still in, and who of them needs another.
void Scheduler::run_round(Contest& contest) {
  const double began_s = clock_.now_s();
  if (!time_round(contest)) return;
  ++contest.rounds;
  std::vector<SummaryRow> summary;
  if (plan_.precision) summary = summarize(contest.rows, probes_, plan_.against);
  retire_precise(contest, summary);
  contest.spent_s += clock_.now_s() - began_s;
  observer_.round_ends(*contest.group, contest.rounds, expected_rounds(contest, summary), done_,
                       total_);
  if (!has_round_left(contest)) end(contest);
}

void Scheduler::end(Contest& contest) {
  contest.has_ended = true;
  done_ += tasks_of(plan_, *contest.group) - contest.done;
  observer_.group_ends(*contest.group, done_, total_);
}

// Looks only at the widths of intervals: where they lie must not decide when to stop. They have to
// be narrow twice: now, and without the last rounds. The first narrow interval of many comes from
// rounds that happen to agree too well. What can't become narrow is not waited for.
void Scheduler::retire_precise(Contest& contest, const std::vector<SummaryRow>& summary) const {
  if (!plan_.precision || contest.rounds < least_precise_rounds) return;
  const int before = contest.rounds - confirming_rounds;
  std::vector<RoundRow> earlier;
  std::copy_if(contest.rows.begin(), contest.rows.end(), std::back_inserter(earlier),
               [&](const RoundRow& row) { return row.round < before; });
  std::set<Series> wide = wide_series(summary);
  wide.merge(wide_series(summarize(earlier, probes_, plan_.against)));
  std::set<Series> needed;  // with what they are compared with, in pairs
  for (const SummaryRow& row : summary) {
    if (!wide.contains(series_in(row)) || is_hopeless(contest, row)) continue;
    needed.insert(series_in(row));
    needed.insert({row.standing ? row.standing->reference : row.reference, row.cell.threads});
  }
  for (Contestant& contestant : contest.contestants) {
    const PlannedVariant& planned = *contestant.planned;
    contestant.is_done = !needed.contains({to_string(planned.id), planned.threads});
  }
}

// Those whose intervals are not narrow enough.
std::set<Scheduler::Series> Scheduler::wide_series(const std::vector<SummaryRow>& summary) const {
  std::set<Series> wide;
  for (const SummaryRow& row : summary) {
    const bool is_known = row.status != Status::ok || row.state == MachineState::saturated ||
                          is_precise(row, *plan_.precision);
    if (!is_known) wide.insert(series_in(row));
  }
  return wide;
}

bool Scheduler::is_hopeless(const Contest& contest, const SummaryRow& row) const {
  return is_out_of_reach(row, *plan_.precision, rounds_of(plan_, *contest.group));
}

// An interval narrows with the square root of the number of rounds.
int Scheduler::expected_rounds(const Contest& contest,
                               const std::vector<SummaryRow>& summary) const {
  constexpr int least_telling = 4;
  const int most = rounds_of(plan_, *contest.group);
  if (!plan_.precision || contest.rounds < least_telling) {
    return plan_.precision ? std::min(most, least_precise_rounds) : most;
  }
  double expected = least_precise_rounds;
  for (const SummaryRow& row : summary) {
    if (row.status != Status::ok || is_hopeless(contest, row)) continue;
    const double excess = half_width_of(row) / *plan_.precision;
    expected = std::max(expected, row.rounds * excess * excess);
  }
  return static_cast<int>(std::min<double>(expected, most));
}

// Records what is known of a variant without running it.
void Scheduler::settle(Contest& contest, Contestant& contestant) {
  const CellGroup& group = *contest.group;
  std::optional<Measurement> settled = contestant.planned->settled;
  const auto before = exhausted_.find(series_of(cell_of(group, *contestant.planned)));
  if (!settled && before != exhausted_.end()) {
    settled = Measurement{.status = Status::skipped, .reason = before->second};
  }
  if (!settled) settled = footprints_.too_large(group, *contestant.planned);
  if (!settled) return;
  contestant.failed = true;
  if (recall(contest, contestant, Pass::verify, 0)) return;
  record(contest, *contestant.planned, Pass::verify, 0, 0, {.measurement = *settled});
}

// False if the user stopped the run.
bool Scheduler::time_round(Contest& contest) {
  const CellGroup& group = *contest.group;
  std::vector<Contestant*> remaining;
  for (Contestant& contestant : contest.contestants) {
    if (!contestant.failed && !contestant.is_done) remaining.push_back(&contestant);
  }
  order_servers(contest, remaining);
  std::vector<Contestant*> waiting;
  std::vector<int> positions;  // of these, among them and those that are known
  std::vector<Task> tasks;
  int position = 0;
  for (Contestant* contestant : remaining) {
    ++position;
    if (recall(contest, *contestant, Pass::time, contest.rounds)) continue;
    waiting.push_back(contestant);
    positions.push_back(position - 1);
    tasks.push_back(task_of(group, *contestant, Pass::time, contest.rounds));
    tasks.back().verify_after = contest.rounds == 0;
  }
  for (std::size_t first = 0; first < tasks.size();) {
    const std::size_t count = fitting(group, waiting, first);
    const auto begin = tasks.begin() + static_cast<std::ptrdiff_t>(first);
    observer_.task_starts(*begin, contest.rounds, done_, total_);
    const std::vector<Task> together(begin, begin + static_cast<std::ptrdiff_t>(count));
    std::vector<TaskOutcome> outcomes =
        runner_.run_round(together, round_key(plan_, group, contest.rounds), options_.stop);
    for (std::size_t i = 0; i < count; ++i) {
      conclude(contest, *waiting[first + i], Pass::time, contest.rounds, positions[first + i],
               std::move(outcomes[i]));
    }
    if (stopped()) return false;
    first += count;
  }
  return true;
}

// Servers are asked one after the other. Each of them runs right after each other one equally
// often, over two rounds.
void Scheduler::order_servers(const Contest& contest, std::vector<Contestant*>& contestants) const {
  const bool are_servers = !contestants.empty() && contestants.front()->planned->server;
  if (!are_servers) return;
  const std::vector<Contestant*> before = contestants;
  const std::vector<std::size_t> order = turn_order(
      round_key(plan_, *contest.group, contest.rounds / 2), contest.rounds, before.size());
  for (std::size_t i = 0; i < order.size(); ++i) contestants[i] = before[order[i]];
}

// How many of the contestants from `first` on can be alive together in memory: at least one.
std::size_t Scheduler::fitting(const CellGroup& group, const std::vector<Contestant*>& contestants,
                               std::size_t first) const {
  std::size_t count = 1;
  if (contestants[first]->planned->server) return count;
  double needed = footprints_.bytes_of(group, *contestants[first]->planned);
  for (std::size_t i = first + 1; i < contestants.size(); ++i, ++count) {
    needed += footprints_.bytes_of(group, *contestants[i]->planned);
    if (!footprints_.fit(needed)) break;
  }
  return count;
}

// Verifies variants or measures their memory, except those whose result is already known.
void Scheduler::run_untimed(Contest& contest, Pass pass) {
  std::vector<Contestant*> waiting;
  std::vector<Task> tasks;
  for (Contestant& contestant : contest.contestants) {
    if (pass == Pass::memory && !contestant.planned->measures_memory) continue;
    if (contestant.failed || recall(contest, contestant, pass, 0)) continue;
    waiting.push_back(&contestant);
    tasks.push_back(task_of(*contest.group, contestant, pass, 0));
  }
  if (tasks.empty()) return;
  observer_.task_starts(tasks.front(), 0, done_, total_);
  runner_.run_untimed(tasks, [&](std::size_t i, TaskOutcome outcome) {
    conclude(contest, *waiting[i], pass, 0, 0, std::move(outcome));
    if (stopped()) return false;
    if (i + 1 < tasks.size()) observer_.task_starts(tasks[i + 1], 0, done_, total_);
    return true;
  });
}

Task Scheduler::task_of(const CellGroup& group, const Contestant& contestant, Pass pass,
                        int round) const {
  Task task{.pass = pass,
            .kernel = group.kernel,
            .variant = contestant.planned->id,
            .n = group.n,
            .threads = contestant.planned->threads,
            .seed = plan_.seed,
            .timing = plan_.timing,
            .command = contestant.planned->command,
            .server = contestant.planned->server};
  // Another random schedule in each round, the same for all servers.
  if (task.server) task.seed += static_cast<std::uint64_t>(round);
  // In the rounds that every cell has, so that percentiles do not depend on how wide an interval
  // was.
  const bool wants_single_calls = !plan_.precision || round < least_precise_rounds;
  task.timing.single_calls_ns =
      wants_single_calls
          ? static_cast<std::int64_t>(static_cast<double>(plan_.timing.single_calls_ns) *
                                      group.single_calls)
          : 0;
  task.timing.plan = contestant.slices;
  return task;
}

void Scheduler::conclude(Contest& contest, Contestant& contestant, Pass pass, int round,
                         int position, TaskOutcome outcome) {
  count_done(contest);
  if (outcome.abandoned) return;
  const PlannedVariant& planned = *contestant.planned;
  learn(cell_of(*contest.group, planned), contestant, outcome.measurement);
  record(contest, planned, pass, round, position, std::move(outcome));
}

bool Scheduler::recall(Contest& contest, Contestant& contestant, Pass pass, int round) {
  const CellKey cell = cell_of(*contest.group, *contestant.planned);
  const auto found = known_.find({cell, pass, round});
  if (found == known_.end()) return false;
  learn(cell, contestant, found->second->measurement);
  keep(contest, *found->second);
  count_done(contest);
  return true;
}

void Scheduler::count_done(Contest& contest) {
  ++contest.done;
  ++done_;
}

// What the end of a task means for the tasks to come.
void Scheduler::learn(const CellKey& cell, Contestant& contestant, const Measurement& measurement) {
  if (measurement.timing) contestant.slices = slices_of(*measurement.timing);
  contestant.failed = measurement.status != Status::ok;
  // Another round would find the same, after a longer wait.
  if (measurement.load && is_saturated(*measurement.load, cell.n)) contestant.is_done = true;
  if (measurement.memory) footprints_.learn(cell, *measurement.memory);
  if (measurement.status == Status::timeout || measurement.status == Status::oom) {
    exhausted_.emplace(series_of(cell),
                       fmt::format("{} already at n={}", name_of(measurement.status), cell.n));
  }
}

void Scheduler::skip(Contest& contest) {
  for (const PlannedVariant& planned : contest.group->variants) {
    if (known_.contains({cell_of(*contest.group, planned), Pass::verify, 0})) continue;
    const Measurement skipped{.status = Status::skipped,
                              .reason = "the budget ended before this size"};
    record(contest, planned, Pass::verify, 0, 0,
           {.measurement = planned.settled.value_or(skipped)});
  }
}

void Scheduler::record(Contest& contest, const PlannedVariant& planned, Pass pass, int round,
                       int position, TaskOutcome outcome) {
  const CellGroup& group = *contest.group;
  RoundRow row{.cell = cell_of(group, planned),
               .job = planned.job,
               .pass = pass,
               .round = round,
               .position = position,
               .rounds_planned = rounds_of(plan_, group),
               .precision = precision_of(plan_, group),
               .budgeted = options_.budget_s.has_value(),
               .measurement = std::move(outcome.measurement),
               .items_per_call = planned.cost.items,
               .bytes_per_call = planned.cost.bytes,
               .flops_per_call = planned.cost.flops,
               .working_set_bytes = static_cast<std::int64_t>(group.working_set_bytes),
               .worker_s = outcome.wall_s};
  observer_.row_ends(row);
  keep(contest, std::move(row));
}

void Scheduler::keep(Contest& contest, RoundRow row) {
  probes_.add(row);
  contest.rows.push_back(std::move(row));
}

}  // namespace gapmeter
