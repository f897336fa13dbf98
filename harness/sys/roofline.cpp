#include "harness/sys/roofline.h"

#include <sched.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstring>
#include <functional>
#include <thread>
#include <vector>

#include "harness/base/keep.h"

namespace gapmeter {
namespace {

constexpr std::size_t array_bytes = std::size_t{64} << 20;
constexpr int tries = 5;

// The rate of the fastest try.
double best_rate(double work, const std::function<void()>& call) {
  double best = 0;
  for (int i = 0; i < tries; ++i) {
    const auto started = std::chrono::steady_clock::now();
    call();
    const std::chrono::duration<double> spent = std::chrono::steady_clock::now() - started;
    best = std::max(best, work / spent.count());
  }
  return best;
}

double read_rate(const std::vector<double>& values) {
  return best_rate(static_cast<double>(array_bytes), [&] {
    double total = 0;
    const double* const x = values.data();
    const std::size_t count = values.size();
#pragma omp simd reduction(+ : total)
    for (std::size_t i = 0; i < count; ++i) total += x[i];
    keep(total);
  });
}

double copy_rate(const std::vector<double>& from, std::vector<double>& to) {
  return best_rate(2 * static_cast<double>(array_bytes), [&] {
    std::memcpy(to.data(), from.data(), array_bytes);
    keep(to);
  });
}

// Enough independent sums that none waits for another, all in registers.
double flop_rate() {
  constexpr std::size_t sums = 64;
  constexpr int steps = 200'000;
  return best_rate(2.0 * sums * steps, [] {
    std::array<float, sums> totals{};
    for (int step = 0; step < steps; ++step) {
      for (float& total : totals) total = total * 0.999F + 0.5F;
    }
    keep(totals);
  });
}

void pin(int cpu) {
  if (cpu < 0) return;
  cpu_set_t set;
  CPU_ZERO(&set);
  CPU_SET(static_cast<std::size_t>(cpu), &set);
  // If pinning fails, unpinned figures are better than none.
  [[maybe_unused]] const int failed = sched_setaffinity(0, sizeof set, &set);
}

}  // namespace

Roofline measure_roofline(int cpu) {
  Roofline roofline;
  std::thread([&] {
    pin(cpu);
    const std::vector<double> from(array_bytes / sizeof(double), 1.0);
    std::vector<double> to(from.size());
    roofline = {.read_bytes_per_s = read_rate(from),
                .copy_bytes_per_s = copy_rate(from, to),
                .flops_per_s = flop_rate()};
  }).join();
  return roofline;
}

}  // namespace gapmeter
