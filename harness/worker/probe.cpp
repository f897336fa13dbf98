#include "harness/worker/probe.h"

#include <sched.h>

#include <algorithm>
#include <chrono>
#include <limits>
#include <thread>
#include <vector>

#include "harness/base/keep.h"

namespace gapmeter {
namespace {

// Both loops take about 2.5 µs: long against the resolution of the clock, short against a slice.
constexpr int additions = 4500;
constexpr int multiplications = 3000;
constexpr int warm_up_additions = 500;
constexpr int repetitions = 2;

std::uint64_t fill_the_core(int times) {
  std::uint64_t a = 1, b = 2, c = 3, d = 4, e = 5, f = 6, g = 7, h = 8;
  for (int i = 0; i < times; ++i) {
    const auto step = static_cast<std::uint64_t>(i);
    a += step;
    b ^= a;
    c += step;
    d ^= c;
    e += step;
    f ^= e;
    g += step;
    h ^= g;
    // Keeps every iteration, each value in a register.
    asm volatile("" : "+r"(a), "+r"(b), "+r"(c), "+r"(d), "+r"(e), "+r"(f), "+r"(g), "+r"(h));
  }
  return a + b + c + d + e + f + g + h;
}

std::uint64_t follow_a_chain(int times) {
  std::uint64_t value = 3, factor = 5;
  asm volatile("" : "+r"(factor));  // not a constant: always a multiplication
  for (int i = 0; i < times; ++i) {
    value *= factor;
    asm volatile("" : "+r"(value));
  }
  return value;
}

std::int64_t time_of(std::uint64_t (*loop)(int), int times) {
  using Steady = std::chrono::steady_clock;
  const Steady::time_point before = Steady::now();
  keep(loop(times));
  return std::chrono::duration_cast<std::chrono::nanoseconds>(Steady::now() - before).count();
}

}  // namespace

std::int64_t probe() {
  // The branch predictor and the instruction cache were others'.
  time_of(fill_the_core, warm_up_additions);
  std::int64_t filled = std::numeric_limits<std::int64_t>::max(), chained = filled;
  for (int i = 0; i < repetitions; ++i) {
    filled = std::min(filled, time_of(fill_the_core, additions));
    chained = std::min(chained, time_of(follow_a_chain, multiplications));
  }
  return std::max(std::int64_t{1}, 1000 * filled / std::max(std::int64_t{1}, chained));
}

std::int64_t probe_every_processor() {
  cpu_set_t allowed;
  CPU_ZERO(&allowed);
  if (sched_getaffinity(0, sizeof allowed, &allowed) != 0) return probe();
  std::vector<std::size_t> processors;
  for (std::size_t cpu = 0; cpu < CPU_SETSIZE; ++cpu) {
    if (CPU_ISSET(cpu, &allowed)) processors.push_back(cpu);
  }
  std::vector<std::int64_t> found(processors.size());
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < processors.size(); ++i) {
    threads.emplace_back([&, i] {
      cpu_set_t one;
      CPU_ZERO(&one);
      CPU_SET(processors[i], &one);
      sched_setaffinity(0, sizeof one, &one);
      found[i] = probe();
    });
  }
  for (std::thread& thread : threads) thread.join();
  return *std::max_element(found.begin(), found.end());
}

}  // namespace gapmeter
