#include "harness/sys/roofline.h"

#include <sched.h>
#include <sys/mman.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <memory>
#include <new>
#include <numeric>
#include <span>
#include <thread>
#include <vector>

#ifdef __SSE2__
#include <immintrin.h>
#endif

#include "harness/base/clock.h"
#include "harness/base/keep.h"
#include "harness/sys/memory.h"

namespace gapmeter {
namespace {

constexpr std::size_t mebibyte = std::size_t{1} << 20;
constexpr std::size_t huge_page = 2 * mebibyte;

double seconds_of(const std::function<void()>& call, int times) {
  const auto started = std::chrono::steady_clock::now();
  for (int i = 0; i < times; ++i) call();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - started).count();
}

// How many calls together are long enough for the clock.
int visible_calls(const std::function<void()>& call) {
  constexpr int most = 1 << 20;
  const double least_s = 1e-9 * static_cast<double>(steps_in_a_batch * clock_step_ns());
  int calls = 1;
  while (calls < most && seconds_of(call, calls) < least_s) calls *= 2;
  return calls;
}

// The rate of the fastest try. Long calls are tried less often.
double best_rate(double work, const std::function<void()>& call) {
  constexpr int least_tries = 2, most_tries = 5;
  constexpr double enough_s = 0.06;
  const int calls = visible_calls(call);
  double best = 0, spent_s = 0;
  for (int i = 0; i < most_tries && (i < least_tries || spent_s <= enough_s); ++i) {
    const double seconds = seconds_of(call, calls);
    spent_s += seconds;
    if (seconds > 0) best = std::max(best, work * calls / seconds);
  }
  return best;
}

// Memory on huge pages, as the arrays of kernels are.
class Block {
 public:
  explicit Block(std::size_t bytes)
      : floats_(static_cast<float*>(std::aligned_alloc(huge_page, bytes)), std::free),
        count_(bytes / sizeof(float)) {
    if (floats_ == nullptr) throw std::bad_alloc();
    // Without huge pages the figures are lower, and those of kernels are, too.
    [[maybe_unused]] const int refused = madvise(floats_.get(), bytes, MADV_HUGEPAGE);
    std::fill_n(floats_.get(), count_, 1.0F);
  }

  // The first `bytes` of it as so many arrays of equal length.
  std::vector<std::span<float>> arrays(std::size_t bytes, std::size_t count) const {
    const std::size_t length = bytes / sizeof(float) / count / step * step;
    std::vector<std::span<float>> parts;
    for (std::size_t i = 0; i < count; ++i) parts.emplace_back(floats_.get() + i * length, length);
    return parts;
  }

  // Arrays are a multiple of this long: loops need not care for a rest.
  static constexpr std::size_t step = 64;

 private:
  std::unique_ptr<float, decltype(&std::free)> floats_;
  std::size_t count_;
};

// Enough independent sums that none waits for another, all in registers.
template <bool prefetch>
void add_up(std::span<const float> values) {
  constexpr std::size_t ahead = 4096 / sizeof(float);
  std::array<float, Block::step> totals{};
  for (std::size_t i = 0; i < values.size(); i += Block::step) {
    if constexpr (prefetch) {
      // The addresses beyond the end are never read.
      for (std::size_t line = 0; line < Block::step; line += 16) {
        __builtin_prefetch(values.data() + i + ahead + line);
      }
    }
    for (std::size_t j = 0; j < Block::step; ++j) totals[j] += values[i + j];
  }
  // Only the sum of them leaves the function: the compiler may keep them in registers.
  keep(std::accumulate(totals.begin(), totals.end(), 0.0F));
}

void copy(std::span<const float> from, std::span<float> to) {
  std::memcpy(to.data(), from.data(), to.size_bytes());
  keep(to);
}

void multiply(std::span<const float> a, std::span<const float> b, std::span<float> to) {
  float* const out = to.data();
#pragma omp simd
  for (std::size_t i = 0; i < to.size(); ++i) out[i] = a[i] * b[i];
  keep(to);
}

#ifdef __SSE2__
// Stores that pass the caches by: what is overwritten need not be read first.
void copy_past_caches(std::span<const float> from, std::span<float> to) {
  for (std::size_t i = 0; i < to.size(); i += 4) {
    _mm_stream_ps(to.data() + i, _mm_load_ps(from.data() + i));
  }
  _mm_sfence();
}

void multiply_past_caches(std::span<const float> a, std::span<const float> b, std::span<float> to) {
  for (std::size_t i = 0; i < to.size(); i += 4) {
    _mm_stream_ps(to.data() + i, _mm_mul_ps(_mm_load_ps(a.data() + i), _mm_load_ps(b.data() + i)));
  }
  _mm_sfence();
}
#else
constexpr auto copy_past_caches = copy;
constexpr auto multiply_past_caches = multiply;
#endif

double read_rate(std::span<const float> values) {
  const auto bytes = static_cast<double>(values.size_bytes());
  return std::max(best_rate(bytes, [&] { add_up<false>(values); }),
                  best_rate(bytes, [&] { add_up<true>(values); }));
}

double copy_rate(std::span<const float> from, std::span<float> to) {
  const auto bytes = 2 * static_cast<double>(to.size_bytes());
  return std::max(best_rate(bytes, [&] { copy(from, to); }),
                  best_rate(bytes, [&] { copy_past_caches(from, to); }));
}

double multiply_rate(std::span<const float> a, std::span<const float> b, std::span<float> to) {
  const auto bytes = 3 * static_cast<double>(to.size_bytes());
  return std::max(best_rate(bytes, [&] { multiply(a, b, to); }),
                  best_rate(bytes, [&] { multiply_past_caches(a, b, to); }));
}

using HalfVector = float __attribute__((vector_size(32)));
using Vector = float __attribute__((vector_size(64)));

// Of so many sums that none waits for another, each a vector of its own.
template <class Sum, std::size_t sums>
double flop_rate_of() {
  constexpr int steps = 200'000;
  constexpr std::size_t elements = sizeof(Sum) / sizeof(float) * sums;
  return best_rate(2.0 * elements * steps, [] {
    // All different, or one would do for all.
    std::array<Sum, sums> totals{};
    for (std::size_t i = 0; i < sums; ++i) totals[i] += static_cast<float>(i);
    for (int step = 0; step < steps; ++step) {
      for (Sum& total : totals) total = total * 0.999F + 0.5F;
    }
    keep(std::accumulate(totals.begin(), totals.end(), Sum{}));
  });
}

// Which form fits the registers depends on the machine that the program is compiled for.
double flop_rate() {
  return std::max(
      {flop_rate_of<HalfVector, 8>(), flop_rate_of<HalfVector, 12>(), flop_rate_of<Vector, 12>()});
}

void pin(int cpu) {
  if (cpu < 0) return;
  cpu_set_t set;
  CPU_ZERO(&set);
  CPU_SET(static_cast<std::size_t>(cpu), &set);
  // If pinning fails, unpinned figures are better than none.
  [[maybe_unused]] const int failed = sched_setaffinity(0, sizeof set, &set);
}

std::optional<double> better_of(const std::optional<double>& one,
                                const std::optional<double>& other) {
  return one && other ? std::max(*one, *other) : one ? one : other;
}

Roofline memory_limits(std::size_t size, const Block& block) {
  const auto one = block.arrays(size, 1), two = block.arrays(size, 2),
             three = block.arrays(size, 3);
  return {.read_bytes_per_s = read_rate(one[0]),
          .copy_bytes_per_s = copy_rate(two[0], two[1]),
          .multiply_bytes_per_s = multiply_rate(three[0], three[1], three[2])};
}

Roofline best_over(const std::vector<std::size_t>& sizes) {
  const Block block(sizes.back());
  Roofline best;
  for (const std::size_t size : sizes) best = best_of(best, memory_limits(size, block));
  return best;
}

}  // namespace

std::vector<std::size_t> roofline_sizes(std::int64_t last_cache_bytes,
                                        std::optional<std::int64_t> available_bytes) {
  constexpr std::size_t least_cache = 32 * mebibyte, most = 512 * mebibyte;
  const std::size_t cache =
      std::max(static_cast<std::size_t>(std::max<std::int64_t>(last_cache_bytes, 0)), least_cache);
  const auto available =
      static_cast<std::size_t>(std::max<std::int64_t>(available_bytes.value_or(0), 0));
  const std::size_t limit = available_bytes ? std::clamp(available / 4, huge_page, most) : most;
  std::vector<std::size_t> sizes;
  for (const std::size_t times : {2U, 4U}) {
    const std::size_t size = std::min(times * cache, limit) / huge_page * huge_page;
    if (sizes.empty() || 2 * size >= 3 * sizes.back()) sizes.push_back(size);
  }
  return sizes;
}

Roofline measure_roofline(int cpu, std::int64_t last_cache_bytes, bool with_memory) {
  Roofline roofline;
  std::thread([&] {
    pin(cpu);
    if (with_memory) roofline = best_over(roofline_sizes(last_cache_bytes, available_bytes()));
    roofline.flops_per_s = flop_rate();
  }).join();
  return roofline;
}

Roofline best_of(const Roofline& one, const Roofline& other) {
  return {.flops_per_s = std::max(one.flops_per_s, other.flops_per_s),
          .read_bytes_per_s = better_of(one.read_bytes_per_s, other.read_bytes_per_s),
          .copy_bytes_per_s = better_of(one.copy_bytes_per_s, other.copy_bytes_per_s),
          .multiply_bytes_per_s = better_of(one.multiply_bytes_per_s, other.multiply_bytes_per_s)};
}

}  // namespace gapmeter
