// Progress on stderr: a line that redraws itself on a terminal, plain lines elsewhere. A variant's
// failure is told when it comes first, and at the end at how many sizes it came.
#pragma once

#include <cstdio>
#include <string>

#include "harness/base/clock.h"
#include "harness/measure/scheduler.h"
#include "harness/session/failures.h"
#include "harness/session/time_left.h"

namespace gapmeter {

class Progress final : public RunObserver {
 public:
  // Redraws one line if `stream` is a terminal; otherwise prints a line after each twentieth of the
  // tasks. `budget_s`: how long the rounds may take from now on.
  Progress(const Plan& plan, const std::optional<std::int64_t>& memory_bytes,
           const std::optional<double>& budget_s, std::FILE* stream, bool is_terminal);
  ~Progress() override;
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  void task_starts(const Task& task, int round, std::size_t done, std::size_t total) override;
  void row_ends(const RoundRow& row) override;
  void round_ends(const CellGroup& group, int round, int expected, std::size_t done,
                  std::size_t total) override;
  void group_ends(const CellGroup& group, std::size_t done, std::size_t total) override;
  // A line of its own: "gapmeter: warning: …".
  void warn(const std::string& warning);

 private:
  // ", 42 s left", or nothing before that is known.
  std::string time_left() const;
  void clear_line();
  void print(const CellGroup& group, const std::string& what, std::size_t done, std::size_t total);

  std::FILE* stream_;
  bool is_terminal_;
  TimeLeft time_left_;
  SteadyClock clock_;
  double started_s_ = clock_.now_s();
  std::optional<double> budget_s_;
  Failures failures_;
  bool drawn_ = false;
  std::size_t printed_ = 0;  // tasks that were done when the last line was printed
};

}  // namespace gapmeter
