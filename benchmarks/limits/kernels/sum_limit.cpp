// sum_limit: how fast this machine can add up float32 at all. Intrinsics over aligned memory,
// several numbers of accumulators, with and without software prefetching: the best of them at each
// size is what kernels/sum.cpp's simd is held against.
#include <immintrin.h>

#include <array>

#include "harness/kernel/kernel.h"

namespace {

#if defined(__AVX512F__)
using Vector = __m512;
Vector zero() { return _mm512_setzero_ps(); }
Vector load(const float* p) { return _mm512_load_ps(p); }
Vector add(Vector a, Vector b) { return _mm512_add_ps(a, b); }
#else
using Vector = __m256;
Vector zero() { return _mm256_setzero_ps(); }
Vector load(const float* p) { return _mm256_load_ps(p); }
Vector add(Vector a, Vector b) { return _mm256_add_ps(a, b); }
#endif
constexpr std::size_t lanes = sizeof(Vector) / sizeof(float);

float lane_sum(Vector v) {
  alignas(Vector) std::array<float, lanes> values{};
  __builtin_memcpy(values.data(), &v, sizeof v);
  float total = 0;
  for (const float value : values) total += value;
  return total;
}

// Prefetch: bytes ahead, 0 for none.
template <std::size_t Accumulators, std::size_t Prefetch>
float sum(std::span<const float> x) {
  Vector totals[Accumulators];  // NOLINT: std::array drops the vector's alignment attribute
  for (Vector& v : totals) v = zero();
  std::size_t i = 0;
  for (; i + Accumulators * lanes <= x.size(); i += Accumulators * lanes) {
#pragma GCC unroll 16
    for (std::size_t k = 0; k < Accumulators; ++k) {
      if constexpr (Prefetch > 0) __builtin_prefetch(&x[0] + i + k * lanes + Prefetch / 4, 0, 3);
      totals[k] = add(totals[k], load(&x[i + k * lanes]));
    }
  }
  float total = 0;
  for (const Vector v : totals) total += lane_sum(v);
  for (; i < x.size(); ++i) total += x[i];
  return total;
}

float f64(std::span<const float> x) {
  double total = 0;
  for (const float value : x) total += value;
  return static_cast<float>(total);
}

}  // namespace

GAPMETER_KERNEL() {
  using namespace gapmeter;
  return {.title = "Limit of a float32 sum",
          .sizes = "16:16Mi:4x",
          .inputs = {input<float>("x", uniform{-1, 1})},
          // Loose: what is wrong here shows as an impossible speed, not as a rounding error.
          .outputs = {output<float>("total", Tolerance{.abs = 1, .rel = 1e-2}, scalar)},
          .cost = [](std::size_t n) { return Cost{.bytes = 4.0 * static_cast<double>(n)}; },
          .reference = "f64",
          .baseline = "numpy",
          .native = {native<f64>("f64"), native<sum<4, 0>>("accumulators4"),
                     native<sum<8, 0>>("accumulators8"), native<sum<12, 0>>("accumulators12"),
                     native<sum<8, 1024>>("prefetch1024"), native<sum<8, 4096>>("prefetch4096")}};
}
