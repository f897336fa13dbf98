// sum: the sum of a slice of float32.
//
// Timed: reading the slice and adding it up. Not timed: making it. Serves the claims on interpreter
// overhead (C06, C07), on vectorisation "for free" (C08) and on instruction-level parallelism
// (C09).
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/sum.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include <span>

#include "hwy/cache_control.h"

HWY_BEFORE_NAMESPACE();
namespace gapmeter_sum::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

// Eight accumulators: an addition takes four cycles and two can start in each cycle, so fewer
// accumulators would wait for one another.
//
// Prefetching helps if the data is in the third-level cache. Nearer, prefetches only take the slots
// of loads; for data in memory, the hardware's own prefetching does better alone.
template <bool kPrefetch>
float SumSimdLoop(const float* p, size_t left) {
  constexpr size_t prefetch_ahead = 4096 / sizeof(float);
  const hn::ScalableTag<float> d;
  const size_t lanes = hn::Lanes(d);
  // Each prefetch is next to its load: in one group before the loads they were slower.
  const auto add_vector = [&](auto total, const float* next) HWY_ATTR {
    if constexpr (kPrefetch) hwy::Prefetch(next + prefetch_ahead);
    return hn::Add(total, hn::LoadU(d, next));
  };
  auto a0 = hn::Zero(d), a1 = a0, a2 = a0, a3 = a0, a4 = a0, a5 = a0, a6 = a0, a7 = a0;
  for (; left >= 8 * lanes; left -= 8 * lanes, p += 8 * lanes) {
    a0 = add_vector(a0, p);
    a1 = add_vector(a1, p + lanes);
    a2 = add_vector(a2, p + 2 * lanes);
    a3 = add_vector(a3, p + 3 * lanes);
    a4 = add_vector(a4, p + 4 * lanes);
    a5 = add_vector(a5, p + 5 * lanes);
    a6 = add_vector(a6, p + 6 * lanes);
    a7 = add_vector(a7, p + 7 * lanes);
  }
  for (; left >= lanes; left -= lanes, p += lanes) a0 = hn::Add(a0, hn::LoadU(d, p));
  a0 =
      hn::Add(hn::Add(hn::Add(a0, a1), hn::Add(a2, a3)), hn::Add(hn::Add(a4, a5), hn::Add(a6, a7)));
  float total = hn::GetLane(hn::SumOfLanes(d, a0));
  for (; left > 0; --left, ++p) total += *p;
  return total;
}

float SumSimd(std::span<const float> x) {
  constexpr size_t second_level_bytes = size_t{1} << 20, third_level_bytes = size_t{32} << 20;
  const bool prefetch = x.size_bytes() >= second_level_bytes && x.size_bytes() < third_level_bytes;
  return prefetch ? SumSimdLoop<true>(x.data(), x.size()) : SumSimdLoop<false>(x.data(), x.size());
}

}  // namespace gapmeter_sum::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
#include <cmath>
#include <numeric>

#include "harness/kernel/kernel.h"

namespace gapmeter_sum {

HWY_EXPORT(SumSimd);

// One addition after the other, as IEEE arithmetic demands: the compiler may not vectorise it.
float strict(std::span<const float> x) { return std::accumulate(x.begin(), x.end(), 0.0F); }

// The same loop with permission to reorder, given to this loop alone.
float reassociated(std::span<const float> x) {
  float total = 0;
#pragma omp simd reduction(+ : total)
  for (std::size_t i = 0; i < x.size(); ++i) total += x[i];
  return total;
}

float simd(std::span<const float> x) { return HWY_DYNAMIC_DISPATCH(SumSimd)(x); }

// The reference: in double precision the rounding errors are negligible beside those of float32.
float f64(std::span<const float> x) {
  return static_cast<float>(std::accumulate(x.begin(), x.end(), 0.0));
}

// The rounding errors of a float32 sum are at most u |s_k| for each partial sum s_k, and behave
// like independent random variables: |error| <= lambda u sqrt(sum of s_k^2), except in one case in
// 10^10 with lambda = 7 (Hallman and Ipsen, "Precision-aware deterministic and probabilistic error
// bounds for floating point summation", Numerische Mathematik 155, 2023). Other orders of summation
// have smaller partial sums, so the bound of the IEEE order holds for all. The last term is the
// rounding of the result itself.
gapmeter::Tolerance error_bound(const gapmeter::Inputs& inputs) {
  constexpr double unit_roundoff = 0x1p-24, lambda = 7;
  double partial = 0, squares = 0;
  for (const float value : inputs["x"].as<float>()) {
    partial += value;
    squares += partial * partial;
  }
  return {.abs = lambda * unit_roundoff * std::sqrt(squares), .rel = 2 * unit_roundoff};
}

}  // namespace gapmeter_sum

GAPMETER_KERNEL() {
  using namespace gapmeter;
  return {.title = "Sum of a float32 slice",
          .claims = {"C06", "C07", "C08", "C09", "C22"},
          .sizes = "16:4Mi:8x,16Mi",
          .inputs = {input<float>("x", uniform{-1, 1})},
          .outputs = {output<float>("total", gapmeter_sum::error_bound, scalar)},
          .cost =
              [](std::size_t n) {
                const auto count = static_cast<double>(n);
                return Cost{.bytes = 4 * count, .flops = count, .items = count};
              },
          .reference = "f64",
          .baseline = "builtin",
          .ladder = {{"list", "python/builtin"},
                     {"array", "python/array"},
                     {"NumPy", "python/numpy"},
                     {"contiguous", "native/strict"},
                     {"SIMD", "native/simd"}},
          .native = {native<gapmeter_sum::strict>("strict"),
                     native<gapmeter_sum::reassociated>("reassociated"),
                     native<gapmeter_sum::simd>("simd"), native<gapmeter_sum::f64>("f64")}};
}
#endif  // HWY_ONCE
