// The peak of memory of a process and of those that it starts, while something runs.
#pragma once

#include <atomic>
#include <cstdint>
#include <thread>

namespace gapmeter {

// The highest that a process and its children had resident together, sampled every millisecond by a
// thread that lives as long as this object. Counting a large process takes milliseconds itself, so
// that one without children is only counted if that is asked for.
class SampledPeak {
 public:
  SampledPeak(int process, bool counts_alone);
  SampledPeak(const SampledPeak&) = delete;
  SampledPeak& operator=(const SampledPeak&) = delete;
  ~SampledPeak();

  // What they have now, as a sample counts it: pages that others share count by their share.
  static std::int64_t bytes_now(int process);
  // So far; 0 if nothing was counted.
  std::int64_t bytes();
  // Whether there were any children.
  bool has_seen_children() const { return has_children_; }

 private:
  void sample();

  const int process_;
  const bool counts_alone_;
  std::atomic<std::int64_t> most_{0};
  std::atomic<bool> has_children_{false}, is_over_{false};
  std::thread thread_;
};

}  // namespace gapmeter
