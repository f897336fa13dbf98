#include "harness/sys/sampled_peak.h"

#include <algorithm>
#include <chrono>

#include "harness/sys/process_tree.h"

namespace gapmeter {

SampledPeak::SampledPeak(int process, bool counts_alone)
    : process_(process), counts_alone_(counts_alone) {
  thread_ = std::thread([this] {
    while (!is_over_) {
      sample();
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
  });
}

SampledPeak::~SampledPeak() {
  is_over_ = true;
  thread_.join();
}

std::int64_t SampledPeak::bytes_now(int process) { return proportional_bytes_of(tree_of(process)); }

std::int64_t SampledPeak::bytes() {
  sample();
  return most_;
}

void SampledPeak::sample() {
  const std::set<pid_t> processes = tree_of(process_);
  if (processes.size() > 1) has_children_ = true;
  if (processes.size() == 1 && !counts_alone_) return;
  // Two threads may sample at a time.
  const std::int64_t together = proportional_bytes_of(processes);
  std::int64_t most = most_;
  while (together > most && !most_.compare_exchange_weak(most, together)) {
  }
}

}  // namespace gapmeter
