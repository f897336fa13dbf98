// linear_batch: a linear layer on a batch, Y = X W + b in float32, where X, W and Y have
// n rows and n columns.
//
// Timed: the whole layer, with Y's memory already there. Not timed: making X, W and b, loading the
// library. Serves the claim that BLAS is for the heavy lifting, while raw loops do for simple
// operations (C23): `loops` is the raw loop, `blocked_simd` shows what it takes to match `cblas`.
// Targets whose vector size is unknown to the compiler are left out: a tile of their vectors can't
// be an array.
#define HWY_DISABLED_TARGETS (HWY_SVE | HWY_SVE2 | HWY_SVE_256 | HWY_SVE2_128 | HWY_RVV)
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/linear_batch.cpp"
#include <hwy/foreach_target.h>
#include "kernels/linear_layer-inl.h"

HWY_BEFORE_NAMESPACE();
namespace gapmeter_linear_batch::HWY_NAMESPACE {

void PackAndApply(std::span<const float> w, std::span<float> packed,
                  const gapmeter_linear_layer::Layer& layer) {
  gapmeter_linear_layer::HWY_NAMESPACE::PackWeights(w, layer.outputs, packed);
  gapmeter_linear_layer::HWY_NAMESPACE::ApplyLayer(layer);
}

}  // namespace gapmeter_linear_batch::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
#include <cblas.h>
#include <dlfcn.h>

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <string>
#include <vector>

#include "harness/kernel/kernel.h"

namespace gapmeter_linear_batch {

HWY_EXPORT(PackAndApply);

using Input = std::span<const float>;
using Output = std::span<float>;

// The textbook's loops.
void loops(Input x, Input w, Input b, Output y) {
  const std::size_t n = b.size();
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t j = 0; j < n; ++j) {
      float total = b[j];
      for (std::size_t k = 0; k < n; ++k) total += x[i * n + k] * w[k * n + j];
      y[i * n + j] = total;
    }
  }
}

// Row by row of W; the compiler vectorises this.
template <class Total>
void rows(Input x, Input w, Input b, Output y) {
  const std::size_t n = b.size();
  std::vector<Total> totals(n);
  for (std::size_t i = 0; i < n; ++i) {
    std::copy(b.begin(), b.end(), totals.begin());
    for (std::size_t k = 0; k < n; ++k) {
      const Total element = x[i * n + k];
      for (std::size_t j = 0; j < n; ++j) totals[j] += element * w[k * n + j];
    }
    for (std::size_t j = 0; j < n; ++j) y[i * n + j] = static_cast<float>(totals[j]);
  }
}

struct Operands {
  Input x, w, b;
  std::vector<float> packed;
};

Operands make_room(Input x, Input w, Input b) {
  return {x, w, b, std::vector<float>(gapmeter_linear_layer::packed_size(b.size(), b.size()))};
}

void blocked_simd(Operands& operands, Output y) {
  const auto& [x, w, b, packed] = operands;
  const std::size_t n = b.size();
  HWY_DYNAMIC_DISPATCH(PackAndApply)(w, operands.packed, {x, packed, b, y, n, n, n});
}

struct Blas {
  Input x, w, b;
  decltype(&cblas_sgemm) sgemm;
};

// Loaded here instead of linked: otherwise every other kernel's process would pay for its start-up.
Blas load_blas(Input x, Input w, Input b) {
  void* const library = dlopen("libopenblas.so.0", RTLD_NOW);
  void* const sgemm = library == nullptr ? nullptr : dlsym(library, "cblas_sgemm");
  if (sgemm == nullptr) {
    throw std::runtime_error(std::string("OpenBLAS can't be loaded: ") + dlerror());
  }
  return {x, w, b, reinterpret_cast<decltype(&cblas_sgemm)>(sgemm)};
}

void cblas(const Blas& blas, Output y) {
  const std::size_t n = blas.b.size();
  for (std::size_t row = 0; row < n; ++row) {
    std::copy(blas.b.begin(), blas.b.end(), &y[row * n]);
  }
  const auto size = static_cast<int>(n);
  blas.sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, size, size, size, 1.0F, blas.x.data(), size,
             blas.w.data(), size, 1.0F, y.data(), size);
}

gapmeter::Shape matrix(std::size_t n) { return {n, n}; }

double longest_row(Input x, std::size_t n) {
  double longest = 0;
  for (std::size_t i = 0; i < n; ++i) {
    double squares = 0;
    for (const float value : x.subspan(i * n, n)) squares += double{value} * value;
    longest = std::max(longest, std::sqrt(squares));
  }
  return longest;
}

// In every order |error| <= (n + 1) u (|x| |w| + |b|) (Jeannerod and Rump, "Improved error bounds
// for inner products in floating-point arithmetic", 2013), and |x| |w| at most the product of the
// norms of a row of x and a column of w (Cauchy-Schwarz), the latter at most sqrt(n) as |w| <= 1.
// The reference rounds once more.
gapmeter::Tolerance error_bound(const gapmeter::Inputs& inputs) {
  const auto n = static_cast<double>(inputs.n);
  const double norms = longest_row(inputs["x"].as<float>(), inputs.n) * std::sqrt(n) + 1;
  return {.abs = (n + 2) * 0x1p-24 * norms};
}

}  // namespace gapmeter_linear_batch

GAPMETER_KERNEL() {
  using namespace gapmeter;
  namespace k = gapmeter_linear_batch;
  return {
      .title = "Linear layer Y = X W + b, n by n, in float32",
      .item = "multiplication",
      .claims = {"C23"},
      .sizes = "4:256:4x,512",
      .inputs = {input<float>("x", uniform{-1, 1}, k::matrix),
                 input<float>("w", uniform{-1, 1}, k::matrix), input<float>("b", uniform{-1, 1})},
      .outputs = {output<float>("y", k::error_bound, k::matrix)},
      .cost =
          [](std::size_t n) {
            const auto side = static_cast<double>(n);
            return Cost{.bytes = 4 * (3 * side * side + side),
                        .flops = 2 * side * side * side,
                        .items = side * side * side};
          },
      .reference = "rows_f64",
      .baseline = "loops",
      .ladder = {{"lists", "python/loops"},
                 {"NumPy", "python/numpy"},
                 {"NumPy in place", "python/numpy_out"},
                 {"rows", "native/rows"},
                 {"SIMD", "native/blocked_simd"},
                 {"BLAS", "native/cblas"}},
      .native = {native<k::loops>("loops"), native<k::rows<float>>("rows"),
                 native<k::rows<double>>("rows_f64"),
                 native<k::make_room, k::blocked_simd>("blocked_simd"),
                 native<k::load_blas, k::cblas>("cblas")}};
}
#endif  // HWY_ONCE
