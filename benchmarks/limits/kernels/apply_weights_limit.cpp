// apply_weights_limit: how fast this machine can compute inp * w + bias in float32 at all.
// Intrinsics over aligned memory with normal and streaming stores, with and without software
// prefetching: the best of them at each size is what kernels/apply_weights.cpp's simd is held
// against.
#include <immintrin.h>

#include "harness/kernel/kernel.h"

namespace {

#if defined(__AVX512F__)
using Vector = __m512;
Vector set(float v) { return _mm512_set1_ps(v); }
Vector load(const float* p) { return _mm512_load_ps(p); }
Vector fused(Vector a, Vector b, Vector c) { return _mm512_fmadd_ps(a, b, c); }
void store(float* p, Vector v) { _mm512_store_ps(p, v); }
void stream(float* p, Vector v) { _mm512_stream_ps(p, v); }
#else
using Vector = __m256;
Vector set(float v) { return _mm256_set1_ps(v); }
Vector load(const float* p) { return _mm256_load_ps(p); }
Vector fused(Vector a, Vector b, Vector c) { return _mm256_fmadd_ps(a, b, c); }
void store(float* p, Vector v) { _mm256_store_ps(p, v); }
void stream(float* p, Vector v) { _mm256_stream_ps(p, v); }
#endif
constexpr std::size_t lanes = sizeof(Vector) / sizeof(float);
constexpr std::size_t unrolled = 4;

using Input = std::span<const float>;
using Output = std::span<float>;

// Prefetch: bytes ahead, 0 for none.
template <bool Stream, std::size_t Prefetch>
void apply(Input inp, Input w, float bias, Output out) {
  const Vector b = set(bias);
  std::size_t i = 0;
  for (; i + unrolled * lanes <= out.size(); i += unrolled * lanes) {
#pragma GCC unroll 8
    for (std::size_t k = 0; k < unrolled; ++k) {
      const std::size_t at = i + k * lanes;
      if constexpr (Prefetch > 0) {
        __builtin_prefetch(&inp[0] + at + Prefetch / 4, 0, 3);
        __builtin_prefetch(&w[0] + at + Prefetch / 4, 0, 3);
      }
      const Vector result = fused(load(&inp[at]), load(&w[at]), b);
      if constexpr (Stream) {
        stream(&out[at], result);
      } else {
        store(&out[at], result);
      }
    }
  }
  if constexpr (Stream) _mm_sfence();
  for (; i < out.size(); ++i) out[i] = inp[i] * w[i] + bias;
}

}  // namespace

GAPMETER_KERNEL() {
  using namespace gapmeter;
  return {
      .title = "Limit of inp * w + bias in float32",
      .sizes = "16:16Mi:4x",
      .inputs = {input<float>("inp", uniform{-1, 1}), input<float>("w", uniform{-1, 1}),
                 input<float>("bias", uniform{-1, 1}, scalar)},
      .outputs = {output<float>("out", Tolerance{.abs = 1e-6, .rel = 1e-6})},
      .cost = [](std::size_t n) { return Cost{.bytes = 12.0 * static_cast<double>(n)}; },
      .reference = "store",
      .baseline = "numpy",
      .native = {native<apply<false, 0>>("store"), native<apply<false, 1024>>("store_prefetch"),
                 native<apply<true, 0>>("stream"), native<apply<true, 1024>>("stream_prefetch")}};
}
