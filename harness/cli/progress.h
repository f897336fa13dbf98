// Progress on stderr: a line that redraws itself on a terminal, plain lines elsewhere.
#pragma once

#include <cstdio>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "harness/run/scheduler.h"

namespace gapmeter {

// Time left, from the wall time of the jobs that have ended. A cell's jobs are expected to take as
// long as the median of those that ended; those of sizes not reached yet as long as the same
// variant's with as many threads at the nearest smaller size, and by so much longer as a few calls
// will take if they grow with n, or as the line through the two sizes before tells.
class TimeLeft {
 public:
  explicit TimeLeft(const Plan& plan) : plan_(plan) {}

  void job_ended(const RoundRow& row);
  // Whatever was planned of it and has not been run will not be.
  void comparison_ended(const Comparison& comparison);
  // Seconds; nullopt before anything has ended, and with a wanted precision.
  std::optional<double> estimate_s() const;

 private:
  bool is_exhausted(const CellKey& cell) const;
  double expected_s(const CellKey& cell, double average) const;

  const Plan& plan_;
  struct Ended {
    std::vector<double> jobs_s{};
    double call_s = 0;  // of the round that ended last
    bool failed = false;
    bool exhausted = false;  // of time or memory: larger sizes are skipped
  };
  std::map<CellKey, Ended> ended_;
  std::set<std::pair<std::string, std::size_t>> over_;  // kernel, n
  double total_s_ = 0;
  int total_jobs_ = 0;
};

class Progress final : public RunObserver {
 public:
  // Draws itself when `stream` is a terminal; else a line for each comparison that ends.
  Progress(const Plan& plan, std::FILE* stream, bool is_terminal);
  ~Progress() override;
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  void job_starts(const Job& job, int round, std::size_t done, std::size_t total) override;
  void row_ends(const RoundRow& row) override;
  void comparison_ends(const Comparison& comparison, std::size_t done, std::size_t total) override;
  // A line of its own: "gapmeter: warning: …".
  void warn(const std::string& warning);

 private:
  void clear_line();

  std::FILE* stream_;
  bool is_terminal_;
  TimeLeft time_left_;
  bool drawn_ = false;
};

// "42 s", "3 min 20 s", "1 h 05 min".
std::string format_duration(double seconds);

}  // namespace gapmeter
