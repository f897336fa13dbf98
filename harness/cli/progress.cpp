#include "harness/cli/progress.h"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>

#include "harness/cli/notice.h"
#include "harness/results/statistics.h"
#include "harness/run/sizes.h"

namespace gapmeter {
namespace {

// A worker calls at least so often: before timing, in a batch, and one by one.
constexpr double least_calls = 4;

// Jobs at the next size must have taken so many times and so many seconds longer before the
// difference is carried on to far larger sizes: a hundredth of a second between 16 and 128 elements
// is noise, and would be an hour at 16 Mi.
constexpr double visible_growth = 1.5;
constexpr double visible_growth_s = 0.1;

bool has_grown(double before_s, double after_s) {
  return after_s > visible_growth * before_s && after_s > before_s + visible_growth_s;
}

// A line that wraps can't be erased whole, so that longer ones are cut.
std::size_t columns_of(std::FILE* terminal) {
  winsize size{};
  const bool known = ioctl(fileno(terminal), TIOCGWINSZ, &size) == 0 && size.ws_col > 0;
  return known ? size.ws_col - std::size_t{1} : std::string::npos;
}

std::string failure_line(const RoundRow& row) {
  return fmt::format("{} {} n={}: {}: {}", row.cell.kernel, to_string(row.cell.variant),
                     format_size(row.cell.n), name_of(row.measurement.status),
                     row.measurement.reason);
}

}  // namespace

void TimeLeft::job_ended(const RoundRow& row) {
  Ended& ended = ended_[row.cell];
  const Status status = row.measurement.status;
  ended.failed = ended.failed || status != Status::ok;
  ended.exhausted = ended.exhausted || status == Status::timeout || status == Status::oom;
  // Jobs that were settled without being run, or could not be started, say nothing of time.
  if (row.worker_s == 0) return;
  ended.jobs_s.push_back(row.worker_s);
  if (const auto& timing = row.measurement.timing) ended.call_s = timing->p50_ns * 1e-9;
  total_s_ += row.worker_s;
  ++total_jobs_;
}

void TimeLeft::comparison_ended(const Comparison& comparison) {
  over_.insert({comparison.kernel, comparison.n});
}

bool TimeLeft::is_exhausted(const CellKey& cell) const {
  return std::any_of(ended_.begin(), ended_.end(), [&](const auto& known) {
    const auto& [key, ended] = known;
    return ended.exhausted && key.kernel == cell.kernel && key.variant == cell.variant &&
           key.threads == cell.threads && key.n <= cell.n;
  });
}

std::optional<double> TimeLeft::estimate_s() const {
  // How many rounds a wanted precision takes is not known before.
  if (total_jobs_ == 0 || plan_.precision) return std::nullopt;
  const double average = total_s_ / total_jobs_;
  double left = 0;
  for (const Comparison& comparison : plan_.comparisons) {
    if (over_.contains({comparison.kernel, comparison.n})) continue;
    for (const PlannedVariant& planned : comparison.variants) {
      if (planned.settled) continue;
      const CellKey key = cell_of(comparison, planned);
      const auto found = ended_.find(key);
      const std::size_t jobs = found == ended_.end() ? 0 : found->second.jobs_s.size();
      if (found != ended_.end() && found->second.failed) continue;
      if (is_exhausted(key)) continue;
      left += static_cast<double>(jobs_per_variant(plan_, comparison) - jobs) *
              expected_s(key, average);
    }
  }
  return left;
}

double TimeLeft::expected_s(const CellKey& cell, double average) const {
  struct Known {
    double n, job_s, call_s;
  };
  std::vector<Known> known;  // sizes ascending
  for (const auto& [key, ended] : ended_) {
    const bool usable = key.kernel == cell.kernel && key.variant == cell.variant &&
                        key.threads == cell.threads && key.n <= cell.n && !ended.jobs_s.empty();
    if (!usable) continue;
    known.push_back({static_cast<double>(key.n), median(ended.jobs_s), ended.call_s});
  }
  if (known.empty()) return average;
  std::sort(known.begin(), known.end(), [](const Known& a, const Known& b) { return a.n < b.n; });
  const Known& last = known.back();
  const double further_n = static_cast<double>(cell.n) - last.n;
  double growth_s = least_calls * last.call_s * further_n / last.n;
  if (known.size() > 1 && has_grown(known[known.size() - 2].job_s, last.job_s)) {
    const Known& before = known[known.size() - 2];
    const double slope = (last.job_s - before.job_s) / std::max(1.0, last.n - before.n);
    growth_s = std::max(growth_s, slope * further_n);
  }
  return last.job_s + growth_s;
}

std::string format_duration(double seconds) {
  const auto whole = std::llround(seconds);
  if (whole < 60) return fmt::format("{} s", whole);
  if (whole < 3600) return fmt::format("{} min {:02} s", whole / 60, whole % 60);
  return fmt::format("{} h {:02} min", whole / 3600, whole % 3600 / 60);
}

Progress::Progress(const Plan& plan, std::FILE* stream, bool is_terminal)
    : stream_(stream), is_terminal_(is_terminal), time_left_(plan) {}

Progress::~Progress() { clear_line(); }

void Progress::job_starts(const Job& job, int round, std::size_t done, std::size_t total) {
  if (!is_terminal_) return;
  clear_line();
  const std::string what =
      job.pass == Pass::time ? fmt::format("round {}", round + 1) : std::string(name_of(job.pass));
  const std::optional<double> left = time_left_.estimate_s();
  const std::string line =
      fmt::format("[{}/{}] {} {} n={} {}{}", done, total, job.kernel, to_string(job.variant),
                  format_size(job.n), what,
                  left ? fmt::format(", {} left", format_duration(*left)) : std::string());
  notice(stream_, std::string_view(line).substr(0, columns_of(stream_)));
  drawn_ = true;
}

void Progress::row_ends(const RoundRow& row) {
  time_left_.job_ended(row);
  if (row.measurement.status == Status::ok) return;
  clear_line();
  notice(stream_, failure_line(row) + '\n');
}

void Progress::comparison_ends(const Comparison& comparison, std::size_t done, std::size_t total) {
  time_left_.comparison_ended(comparison);
  if (is_terminal_) return;
  const std::optional<double> left = time_left_.estimate_s();
  const std::string to_go =
      left && done < total ? fmt::format(", {} left", format_duration(*left)) : std::string();
  notice(stream_, fmt::format("[{}/{}] {} n={} done{}\n", done, total, comparison.kernel,
                              format_size(comparison.n), to_go));
}

void Progress::warn(const std::string& warning) {
  clear_line();
  notice(stream_, fmt::format("gapmeter: warning: {}\n", warning));
}

void Progress::clear_line() {
  if (!drawn_) return;
  notice(stream_, "\r\x1b[K");
  drawn_ = false;
}

}  // namespace gapmeter
