#include "harness/session/progress.h"

#include <fmt/format.h>

#include <algorithm>

#include "harness/sys/streams.h"
#include "harness/sys/terminal.h"
#include "harness/base/figures.h"
#include "harness/base/sizes.h"

namespace gapmeter {
namespace {

// A line that wraps can't be erased completely, so longer ones are cut.
std::size_t most_columns(std::FILE* terminal) {
  const std::optional<std::size_t> columns = terminal_columns(terminal);
  return columns ? *columns - 1 : std::string::npos;
}

}  // namespace

Progress::Progress(const Plan& plan, const std::optional<std::int64_t>& memory_bytes,
                   const std::optional<double>& budget_s, std::FILE* stream, bool is_terminal)
    : stream_(stream),
      is_terminal_(is_terminal),
      time_left_(plan, memory_bytes),
      budget_s_(budget_s) {}

Progress::~Progress() {
  clear_line();
  for (const std::string& line : failures_.lines(/*least=*/2)) notice(stream_, line + '\n');
}

void Progress::task_starts(const Task& task, int round, std::size_t done, std::size_t total) {
  if (!is_terminal_) return;
  clear_line();
  // In a round all variants take turns.
  const bool is_round = task.pass == Pass::time;
  const std::string variant = is_round ? "" : to_string(task.variant) + ' ';
  const std::string what =
      is_round ? fmt::format("round {}", round + 1) : std::string(name_of(task.pass));
  const std::string line = fmt::format("[{}/{} tasks] {} {}n={} {}{}", done, total, task.kernel,
                                       variant, format_size(task.n), what, time_left());
  notice(stream_, std::string_view(line).substr(0, most_columns(stream_)));
  drawn_ = true;
}

void Progress::row_ends(const RoundRow& row) {
  time_left_.task_ended(row);
  if (!failures_.add(row.cell, row.measurement)) return;
  clear_line();
  notice(stream_, failure_line(row.cell, row.measurement) + '\n');
}

void Progress::round_ends(const CellGroup& group, int round, int expected, std::size_t done,
                          std::size_t total) {
  time_left_.round_ended(group, expected);
  print(group, fmt::format("round {}", round), done, total);
}

void Progress::group_ends(const CellGroup& group, std::size_t done, std::size_t total) {
  time_left_.group_ended(group);
  print(group, "done", done, total);
}

void Progress::print(const CellGroup& group, const std::string& what, std::size_t done,
                     std::size_t total) {
  constexpr std::size_t lines = 20;
  const bool is_due = lines * (done - printed_) >= total || (done == total && printed_ < total);
  if (is_terminal_ || !is_due) return;
  printed_ = done;
  notice(stream_, fmt::format("[{}/{} tasks] {} n={} {}{}\n", done, total, group.kernel,
                              format_size(group.n), what, done < total ? time_left() : ""));
}

std::string Progress::time_left() const {
  std::optional<double> left = time_left_.estimate_s();
  if (!left) return "";
  if (budget_s_) left = std::min(*left, std::max(0.0, *budget_s_ - (clock_.now_s() - started_s_)));
  return fmt::format(", {} left", format_duration(*left));
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
