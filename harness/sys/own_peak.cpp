#include "harness/sys/own_peak.h"

#include <unistd.h>

#include <algorithm>
#include <chrono>

#include "harness/sys/process_tree.h"

namespace gapmeter {

SampledPeak::SampledPeak(bool counts_alone) : counts_alone_(counts_alone) {
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

std::int64_t SampledPeak::bytes_now() { return bytes_together(process_tree(getpid())); }

std::int64_t SampledPeak::bytes() {
  sample();
  return most_;
}

void SampledPeak::sample() {
  const std::set<pid_t> processes = process_tree(getpid());
  if (processes.size() > 1) has_children_ = true;
  if (processes.size() == 1 && !counts_alone_) return;
  // Two threads may sample at a time.
  const std::int64_t together = bytes_together(processes);
  std::int64_t most = most_;
  while (together > most && !most_.compare_exchange_weak(most, together)) {
  }
}

}  // namespace gapmeter
