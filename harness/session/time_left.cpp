#include "harness/session/time_left.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "harness/base/statistics.h"

namespace gapmeter {
namespace {

// The least number of calls in a worker: before timing, in a batch, and one by one.
constexpr double least_calls = 4;

// A difference between two sizes is extrapolated to far larger sizes only if tasks took this many
// times as long, and this many seconds longer: a hundredth of a second between 16 and 128 elements
// is noise, and would become an hour at 16 Mi.
constexpr double visible_growth = 1.5;
constexpr double visible_growth_s = 0.1;

bool has_grown(double before_s, double after_s) {
  return after_s > visible_growth * before_s && after_s > before_s + visible_growth_s;
}

// More than this for each of n is rather a cost that any n has.
constexpr double most_per_n_s = 1e-6;

// A size of a variant, and what is known of it.
struct Known {
  double n = 0, task_s = 0;
  std::optional<double> call_s{};
};

// How much longer a task takes for each further n.
double growth_per_n(const Known& before, const Known& last) {
  const double step = std::max(1.0, last.n - before.n);
  double growth_s = 0;
  if (before.call_s && last.call_s && *last.call_s > visible_growth * *before.call_s) {
    growth_s = least_calls * (*last.call_s - *before.call_s) / step;
  }
  if (has_grown(before.task_s, last.task_s)) {
    growth_s = std::max(growth_s, (last.task_s - before.task_s) / step);
  }
  return growth_s;
}

}  // namespace

TimeLeft::TimeLeft(const Plan& plan, const std::optional<std::int64_t>& memory_bytes)
    : plan_(plan), footprints_(memory_bytes) {}

void TimeLeft::task_ended(const RoundRow& row) {
  Ended& ended = ended_[row.cell];
  const Status status = row.measurement.status;
  ended.failed = ended.failed || status != Status::ok;
  ended.exhausted = ended.exhausted || status == Status::timeout || status == Status::oom;
  if (row.measurement.memory) footprints_.learn(row.cell, *row.measurement.memory);
  // Tasks that were settled without running, or could not be started, say nothing about time.
  if (row.worker_s == 0) return;
  ended.tasks_s.push_back(row.worker_s);
  if (const auto& timing = row.measurement.timing) ended.call_s = timing->p50_ns * 1e-9;
  total_s_ += row.worker_s;
  ++total_tasks_;
}

void TimeLeft::round_ended(const CellGroup& group, int expected) {
  expected_rounds_[{group.kernel, group.n}] = expected;
}

// Those of a variant. A group that was not begun will probably be as the average of the others.
std::size_t TimeLeft::expected_tasks(const CellGroup& group) const {
  if (!plan_.precision || group.rounds) return tasks_per_variant(plan_, group);
  const auto known = expected_rounds_.find({group.kernel, group.n});
  double rounds = std::min(plan_.rounds, least_precise_rounds);
  if (known != expected_rounds_.end()) {
    rounds = known->second;
  } else if (!expected_rounds_.empty()) {
    const double sum =
        std::accumulate(expected_rounds_.begin(), expected_rounds_.end(), 0.0,
                        [](double total, const auto& entry) { return total + entry.second; });
    rounds = sum / static_cast<double>(expected_rounds_.size());
  }
  return group.untimed.size() + static_cast<std::size_t>(std::lround(rounds));
}

void TimeLeft::group_ended(const CellGroup& group) { over_.insert({group.kernel, group.n}); }

bool TimeLeft::is_exhausted(const CellKey& cell) const {
  return std::any_of(ended_.begin(), ended_.end(), [&](const auto& known) {
    const auto& [key, ended] = known;
    return ended.exhausted && key.kernel == cell.kernel && key.variant == cell.variant &&
           key.threads == cell.threads && key.n <= cell.n;
  });
}

std::optional<double> TimeLeft::estimate_s() const {
  if (total_tasks_ == 0) return std::nullopt;
  const double average = total_s_ / total_tasks_;
  double left = 0;
  for (const CellGroup& group : plan_.groups) {
    if (over_.contains({group.kernel, group.n})) continue;
    const std::size_t expected = expected_tasks(group);
    for (const PlannedVariant& planned : group.variants) {
      if (planned.settled) continue;
      const CellKey key = cell_of(group, planned);
      const auto found = ended_.find(key);
      const std::size_t tasks = found == ended_.end() ? 0 : found->second.tasks_s.size();
      if (found != ended_.end() && found->second.failed) continue;
      if (is_exhausted(key) || footprints_.too_large(group, planned)) continue;
      if (tasks >= expected) continue;
      left += static_cast<double>(expected - tasks) *
              expected_s(key, planned.command || planned.server, average);
    }
  }
  return left;
}

double TimeLeft::expected_s(const CellKey& cell, bool is_program, double average) const {
  std::vector<Known> known;  // sizes ascending
  for (const auto& [key, ended] : ended_) {
    const bool usable = key.kernel == cell.kernel && key.variant == cell.variant &&
                        key.threads == cell.threads && key.n <= cell.n && !ended.tasks_s.empty();
    if (!usable) continue;
    known.push_back({static_cast<double>(key.n), median(ended.tasks_s), ended.call_s});
  }
  if (known.empty()) return average;
  std::sort(known.begin(), known.end(), [](const Known& a, const Known& b) { return a.n < b.n; });
  const Known& last = known.back();
  const double further_n = static_cast<double>(cell.n) - last.n;
  if (known.size() > 1)
    return last.task_s + growth_per_n(known[known.size() - 2], last) * further_n;
  if (is_program || !last.call_s) return last.task_s;
  return last.task_s + least_calls * std::min(*last.call_s / last.n, most_per_n_s) * further_n;
}

}  // namespace gapmeter
