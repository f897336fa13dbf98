// custom_op: y = GELU(LayerNorm(x + r) * gamma + beta), row by row, in float32: the operation
// between two layers of a transformer, which no library offers in one piece.
//
// Timed: the whole operation on n rows of 512, and allocating and freeing y; in the job `into` the
// memory of y is there already. Not timed: making the inputs. Serves the claim that custom
// operators which the standard libraries lack are worth writing natively (C32).
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/custom_op.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>

#include "hwy/cache_control.h"

#ifndef GAPMETER_CUSTOM_OP_OPERANDS
#define GAPMETER_CUSTOM_OP_OPERANDS
namespace gapmeter_custom_op {

struct Operands {
  std::span<const float> x, r, gamma, beta;
};

inline constexpr std::size_t width = 512;
inline constexpr float epsilon = 1e-5F;
// GELU by its usual approximation, h / (1 + exp(-2 z)) with z = sqrt(2 / pi) (h + 0.044715 h^3)
// (Hendrycks and Gimpel, "Gaussian error linear units", 2016).
inline constexpr float minus_two_root = -1.5957691216057308F;
inline constexpr float cubic = 0.044715F;

}  // namespace gapmeter_custom_op
#endif

HWY_BEFORE_NAMESPACE();
namespace gapmeter_custom_op::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

using Tag = hn::CappedTag<float, width / 4>;

// log2(exp(-2 z)) of GELU's z, clamped so that 2 to that power is a normal number: beyond, 1 plus
// it, or h divided by it, has the same value.
template <class V>
HWY_INLINE V Power(V h) {
  const Tag d;
  constexpr float log2_e = 1.4426950408889634F;
  const auto slope = hn::MulAdd(hn::Mul(h, h), hn::Set(d, log2_e * minus_two_root * cubic),
                                hn::Set(d, log2_e * minus_two_root));
  return hn::Min(hn::Max(hn::Mul(h, slope), hn::Set(d, -126.0F)), hn::Set(d, 126.0F));
}

// 1 + 2^power, with a relative error of 2e-7.
template <class V>
HWY_INLINE V OnePlusExp2(V power) {
  const Tag d;
  const auto whole = hn::NearestInt(power);
  const auto x = hn::Sub(power, hn::ConvertTo(d, whole));
  // Interpolates 2^x at the six Chebyshev nodes of [-1/2, 1/2].
  const auto c01 = hn::MulAdd(x, hn::Set(d, 0.693147188F), hn::Set(d, 1.00000008F));
  const auto c23 = hn::MulAdd(x, hn::Set(d, 0.0555035711F), hn::Set(d, 0.240221075F));
  const auto c45 = hn::MulAdd(x, hn::Set(d, 0.00133908634F), hn::Set(d, 0.00967603192F));
  const auto square = hn::Mul(x, x);
  const auto fraction = hn::MulAdd(square, hn::MulAdd(square, c45, c23), c01);
  const hn::RebindToSigned<Tag> as_int;
  const auto bits = hn::Add(hn::BitCast(as_int, fraction), hn::ShiftLeft<23>(whole));
  return hn::Add(hn::Set(d, 1.0F), hn::BitCast(d, bits));
}

// y = GELU((sums - mean) scale gamma + beta) for one row, whose `sums` are given. In the meantime
// the rows at next_x and next_r are fetched, so that memory and arithmetic don't wait for each
// other. Four vectors go through each step together: a processor looks only some dozens of
// operations ahead for one that is ready, and within one vector each operation waits for the one
// before.
template <class V>
HWY_INLINE void ActivateRow(const Operands& operands, const float* HWY_RESTRICT sums, V mean,
                            V scale, const float* next_x, const float* next_r,
                            float* HWY_RESTRICT y, bool stream) {
  const Tag d;
  const size_t lanes = hn::Lanes(d);
  const auto shift = hn::Neg(hn::Mul(mean, scale));
  const auto normal = [&](size_t i) HWY_ATTR {
    return hn::MulAdd(hn::MulAdd(hn::Load(d, sums + i), scale, shift),
                      hn::LoadU(d, &operands.gamma[i]), hn::LoadU(d, &operands.beta[i]));
  };
  const auto put = [&](V value, size_t i) HWY_ATTR {
    if (stream) {
      hn::Stream(value, d, y + i);
    } else {
      hn::StoreU(value, d, y + i);
    }
  };
  constexpr size_t line = 64 / sizeof(float);
  for (size_t i = 0; i < width; i += 4 * lanes) {
    for (size_t j = i; j < i + 4 * lanes; j += line) {
      hwy::Prefetch(next_x + j);
      hwy::Prefetch(next_r + j);
    }
    const size_t i1 = i + lanes, i2 = i1 + lanes, i3 = i2 + lanes;
    const auto h0 = normal(i), h1 = normal(i1), h2 = normal(i2), h3 = normal(i3);
    const auto power0 = Power(h0), power1 = Power(h1), power2 = Power(h2), power3 = Power(h3);
    const auto below0 = OnePlusExp2(power0), below1 = OnePlusExp2(power1);
    const auto below2 = OnePlusExp2(power2), below3 = OnePlusExp2(power3);
    put(hn::Div(h0, below0), i);
    put(hn::Div(h1, below1), i1);
    put(hn::Div(h2, below2), i2);
    put(hn::Div(h3, below3), i3);
  }
}

// One row; `next` is where a later row starts.
HWY_INLINE void NormalizeRow(const Operands& operands, size_t at, size_t next,
                             float* HWY_RESTRICT y, bool stream) {
  const Tag d;
  const size_t lanes = hn::Lanes(d);
  HWY_ALIGN float sums[width];
  auto total0 = hn::Zero(d), total1 = total0;
  for (size_t i = 0; i < width; i += 2 * lanes) {
    const auto sum0 = hn::Add(hn::LoadU(d, &operands.x[at + i]), hn::LoadU(d, &operands.r[at + i]));
    const auto sum1 = hn::Add(hn::LoadU(d, &operands.x[at + i + lanes]),
                              hn::LoadU(d, &operands.r[at + i + lanes]));
    hn::Store(sum0, d, sums + i);
    hn::Store(sum1, d, sums + i + lanes);
    total0 = hn::Add(total0, sum0);
    total1 = hn::Add(total1, sum1);
  }
  const auto mean = hn::Mul(hn::SumOfLanes(d, hn::Add(total0, total1)),
                            hn::Set(d, 1.0F / static_cast<float>(width)));
  auto squares0 = hn::Zero(d), squares1 = squares0;
  for (size_t i = 0; i < width; i += 2 * lanes) {
    const auto from_mean0 = hn::Sub(hn::Load(d, sums + i), mean);
    const auto from_mean1 = hn::Sub(hn::Load(d, sums + i + lanes), mean);
    squares0 = hn::MulAdd(from_mean0, from_mean0, squares0);
    squares1 = hn::MulAdd(from_mean1, from_mean1, squares1);
  }
  const float variance =
      hn::GetLane(hn::SumOfLanes(d, hn::Add(squares0, squares1))) / static_cast<float>(width);
  const auto scale = hn::Set(d, 1.0F / std::sqrt(variance + epsilon));
  ActivateRow(operands, sums, mean, scale, &operands.x[next], &operands.r[next], y, stream);
}

void NormalizeRows(const Operands& operands, std::span<float> y) {
  // Beyond the caches a normal store would first read the line that it is about to overwrite.
  // Streaming stores need alignment, which the harness's buffers have.
  constexpr size_t cached_bytes = size_t{8} << 20;
  const bool aligned = reinterpret_cast<uintptr_t>(y.data()) % HWY_MAX_BYTES == 0;
  const bool stream = aligned && y.size_bytes() >= cached_bytes;
  for (size_t at = 0; at < y.size(); at += width) {
    const size_t next = std::min(at + 2 * width, y.size() - width);
    NormalizeRow(operands, at, next, &y[at], stream);
  }
  if (stream) hwy::FlushStream();
}

}  // namespace gapmeter_custom_op::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
#include <vector>

#include "harness/kernel/kernel.h"

namespace gapmeter_custom_op {

HWY_EXPORT(NormalizeRows);

using Input = std::span<const float>;
using Output = std::span<float>;

// One row after the other, in the precision of Real.
template <class Real>
void fused(Input x, Input r, Input gamma, Input beta, Output y) {
  for (std::size_t at = 0; at < y.size(); at += width) {
    Real total = 0;
    for (std::size_t i = at; i < at + width; ++i) total += Real{x[i]} + r[i];
    const Real mean = total / Real{width};
    Real squares = 0;
    for (std::size_t i = at; i < at + width; ++i) {
      const Real from_mean = Real{x[i]} + r[i] - mean;
      squares += from_mean * from_mean;
    }
    const Real scale = 1 / std::sqrt(squares / Real{width} + epsilon);
    for (std::size_t i = at; i < at + width; ++i) {
      const Real h = (Real{x[i]} + r[i] - mean) * scale * gamma[i - at] + beta[i - at];
      const Real power = std::exp(Real{minus_two_root} * (h + Real{cubic} * h * h * h));
      y[i] = static_cast<float>(h / (1 + power));
    }
  }
}

// As one would compose it from a library's operations: each of them is a pass over memory.
void pieces(Input x, Input r, Input gamma, Input beta, Output y) {
  std::vector<float> sums(x.size());
  for (std::size_t i = 0; i < sums.size(); ++i) sums[i] = x[i] + r[i];
  std::vector<float> means(x.size() / width), scales(means.size());
  for (std::size_t row = 0; row < means.size(); ++row) {
    const auto values = std::span(sums).subspan(row * width, width);
    float total = 0;
    for (const float value : values) total += value;
    means[row] = total / static_cast<float>(width);
    float squares = 0;
    for (const float value : values) squares += (value - means[row]) * (value - means[row]);
    scales[row] = 1 / std::sqrt(squares / static_cast<float>(width) + epsilon);
  }
  std::vector<float> normal(x.size());
  for (std::size_t i = 0; i < normal.size(); ++i) {
    const std::size_t row = i / width, column = i % width;
    normal[i] = (sums[i] - means[row]) * scales[row] * gamma[column] + beta[column];
  }
  for (std::size_t i = 0; i < y.size(); ++i) {
    const float h = normal[i];
    y[i] = h / (1 + std::exp(minus_two_root * (h + cubic * h * h * h)));
  }
}

// The same, with y allocated in each call, as operations of a library do.
template <auto Operation>
std::vector<float> allocating(Input x, Input r, Input gamma, Input beta) {
  std::vector<float> y(x.size());
  Operation(x, r, gamma, beta, y);
  return y;
}

void fused_simd(Input x, Input r, Input gamma, Input beta, Output y) {
  HWY_DYNAMIC_DISPATCH(NormalizeRows)(Operands{x, r, gamma, beta}, y);
}

}  // namespace gapmeter_custom_op

GAPMETER_KERNEL() {
  using namespace gapmeter;
  namespace k = gapmeter_custom_op;
  return {.title = "GELU(LayerNorm(x + r) gamma + beta), rows of 512, float32",
          .item = "element",
          .claims = {"C32"},
          .sizes = "1:4Ki:16x,16Ki",
          .inputs = {input<float>("x", uniform{-1, 1}, rows_of(k::width)),
                     input<float>("r", uniform{-1, 1}, rows_of(k::width)),
                     input<float>("gamma", uniform{0.5, 1.5}, always({k::width})),
                     input<float>("beta", uniform{-0.5, 0.5}, always({k::width}))},
          // Adding up 512 numbers of at most 2 gives an error of at most 512 u 2 in the mean, u =
          // 2^-24, and the same in the variance. Both are divided by a deviation of at least a half
          // and multiplied by gamma <= 1.5. GELU's slope is at most 1.13.
          .outputs = {output<float>("y", Tolerance{.abs = 8 * 512 * 0x1p-24}, rows_of(k::width))},
          .cost =
              [](std::size_t n) {
                const auto count = static_cast<double>(n * k::width);
                return Cost{.bytes = 12 * count, .items = count};
              },
          .reference = "fused_f64",
          .baseline = "numpy",
          .ladder = {{"lists", "python/loops"},
                     {"NumPy", "python/numpy"},
                     {"pieces", "native/pieces"},
                     {"NumPy in place", "python/numpy_out"},
                     {"fused", "native/fused"},
                     {"SIMD", "native/fused_simd"}},
          .native = {native<k::allocating<k::pieces>>("pieces"),
                     native<k::allocating<k::fused<double>>>("fused_f64"),
                     native<k::allocating<k::fused_simd>>("fused_simd_alloc"),
                     native<k::fused<float>>("fused", "into"),
                     native<k::fused_simd>("fused_simd", "into")}};
}
#endif  // HWY_ONCE
