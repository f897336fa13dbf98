// apply_weights: out[i] = inp[i] * w[i] + bias in float32.
//
// Timed: reading both arrays and writing the result, which the main job allocates and frees; in the
// job `into` its memory is there already. Not timed: making the inputs. Serves the claims on fused
// multiply-add (C11), bounds checks (C12), linear growth (C22) and on loops against libraries
// (C23).
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/apply_weights.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include <cstdint>
#include <span>

#include "hwy/cache_control.h"

HWY_BEFORE_NAMESPACE();
namespace gapmeter_apply_weights::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

// How results are written, and whether operands are fetched ahead.
enum class Way {
  store,
  // For data in the third-level cache prefetching helps; nearer, it only takes instruction slots.
  prefetch_and_store,
  // Beyond the caches a normal store would first read the line that it is about to overwrite.
  stream,
};

// One vector of results at a time, fused. Returns how many elements are done.
template <Way kWay>
size_t ApplyBlocks(size_t i, std::span<const float> inp, std::span<const float> w, float bias,
                   std::span<float> out) {
  constexpr size_t prefetch_ahead = 1024 / sizeof(float);
  const hn::ScalableTag<float> d;
  const size_t lanes = hn::Lanes(d);
  const auto b = hn::Set(d, bias);
  for (; i + 4 * lanes <= out.size(); i += 4 * lanes) {
    for (size_t at = i; at < i + 4 * lanes; at += lanes) {
      if constexpr (kWay == Way::prefetch_and_store) {
        hwy::Prefetch(inp.data() + at + prefetch_ahead);
        hwy::Prefetch(w.data() + at + prefetch_ahead);
      }
      const auto result = hn::MulAdd(hn::LoadU(d, &inp[at]), hn::LoadU(d, &w[at]), b);
      if constexpr (kWay == Way::stream) {
        hn::Stream(result, d, &out[at]);
      } else {
        hn::StoreU(result, d, &out[at]);
      }
    }
  }
  for (; i + lanes <= out.size(); i += lanes) {
    hn::StoreU(hn::MulAdd(hn::LoadU(d, &inp[i]), hn::LoadU(d, &w[i]), b), d, &out[i]);
  }
  return i;
}

void ApplySimd(std::span<const float> inp, std::span<const float> w, float bias,
               std::span<float> out) {
  constexpr size_t second_level_bytes = size_t{1} << 20, third_level_bytes = size_t{16} << 20;
  const size_t bytes = 3 * out.size_bytes();
  const size_t vector_bytes = hn::Lanes(hn::ScalableTag<float>()) * sizeof(float);
  size_t i = 0;
  if (bytes < second_level_bytes) {
    i = ApplyBlocks<Way::store>(i, inp, w, bias, out);
  } else if (bytes < third_level_bytes) {
    i = ApplyBlocks<Way::prefetch_and_store>(i, inp, w, bias, out);
  } else {
    for (; i < out.size() && reinterpret_cast<uintptr_t>(&out[i]) % vector_bytes != 0; ++i) {
      out[i] = inp[i] * w[i] + bias;
    }
    i = ApplyBlocks<Way::stream>(i, inp, w, bias, out);
    hwy::FlushStream();
  }
  for (; i < out.size(); ++i) out[i] = inp[i] * w[i] + bias;
}

}  // namespace gapmeter_apply_weights::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
#include <algorithm>
#include <stdexcept>
#include <vector>

#include "harness/kernel/kernel.h"

namespace gapmeter_apply_weights {

HWY_EXPORT(ApplySimd);

using Input = std::span<const float>;
using Output = std::span<float>;

// As it is usually written: the output is allocated once per call, with the input's length.
std::vector<float> alloc(Input inp, Input w, float bias) {
  std::vector<float> out(inp.size());
  for (std::size_t i = 0; i < out.size(); ++i) out[i] = inp[i] * w[i] + bias;
  return out;
}

void into(Input inp, Input w, float bias, Output out) {
  for (std::size_t i = 0; i < out.size(); ++i) out[i] = inp[i] * w[i] + bias;
}

// As `into`, with the promise that `out` shares no memory with the inputs. Without it the compiler
// has to test that at run time.
void restricted(Input inp, Input w, float bias, Output out) {
  const float* const x = inp.data();
  const float* const y = w.data();
  float* const __restrict result = out.data();
  const std::size_t count = out.size();
  for (std::size_t i = 0; i < count; ++i) result[i] = x[i] * y[i] + bias;
}

// Zipped iteration: no index, hence nothing to check.
void zipped(Input inp, Input w, float bias, Output out) {
  std::transform(inp.begin(), inp.end(), w.begin(), out.begin(),
                 [bias](float x, float y) { return x * y + bias; });
}

void simd(Input inp, Input w, float bias, Output out) {
  HWY_DYNAMIC_DISPATCH(ApplySimd)(inp, w, bias, out);
}

template <class T>
T& at(std::span<T> values, std::size_t i) {
  if (i >= values.size()) throw std::out_of_range("index past the end");
  return values[i];
}

// Every access checked, as by std::vector::at.
void checked(Input inp, Input w, float bias, Output out) {
  for (std::size_t i = 0; i < out.size(); ++i) at(out, i) = at(inp, i) * at(w, i) + bias;
}

// Multiplication and addition rounded one after the other.
#if defined(__clang__)
void nofma(Input inp, Input w, float bias, Output out) {
#pragma STDC FP_CONTRACT OFF
#else
__attribute__((optimize("fp-contract=off"))) void nofma(Input inp, Input w, float bias,
                                                        Output out) {
#endif
  const float* x = inp.data();
  const float* y = w.data();
  float* result = out.data();
  const std::size_t count = out.size();
  for (std::size_t i = 0; i < count; ++i) result[i] = x[i] * y[i] + bias;
}

}  // namespace gapmeter_apply_weights

GAPMETER_KERNEL() {
  using namespace gapmeter;
  namespace k = gapmeter_apply_weights;
  return {
      .title = "out[i] = inp[i] * w[i] + bias in float32",
      .claims = {"C11", "C12", "C13", "C22", "C23"},
      .sizes = "16:4Mi:8x,16Mi",
      .inputs = {input<float>("inp", uniform{-1, 1}), input<float>("w", uniform{-1, 1}),
                 input<float>("bias", uniform{-1, 1}, scalar)},
      // With u = 2^-24 and |inp * w| <= 1: rounding the product costs at most u, and rounding
      // the sum at most u |out|, in each of the two results that are compared.
      .outputs = {output<float>("out", Tolerance{.abs = 0x1p-24, .rel = 0x1p-22})},
      .cost =
          [](std::size_t n) {
            const auto count = static_cast<double>(n);
            return Cost{.bytes = 12 * count, .flops = 2 * count, .items = count};
          },
      .reference = "alloc",
      .baseline = "comprehension",
      .ladder = {{"list", "python/comprehension"},
                 {"NumPy", "python/numpy"},
                 {"allocating", "native/alloc"},
                 {"NumPy in place", "python/numpy_out"},
                 {"in place", "native/into"},
                 {"SIMD", "native/simd"}},
      .native = {native<k::alloc>("alloc"), native<k::into>("into", "into"),
                 native<k::simd>("simd", "into"), native<k::checked>("checked", "into"),
                 native<k::zipped>("zipped", "into"), native<k::restricted>("restricted", "into"),
                 native<k::nofma>("nofma", "into")}};
}
#endif  // HWY_ONCE
