// mlp_infer: a perceptron with two hidden layers that recognises handwritten digits, n at a time.
//
// The model was trained by scikit-learn (scripts/dev/train_models.py); the digits are ones it has
// not seen. Timed: three linear layers, ReLU between them, softmax. Not timed: reading model and
// digits and, for `simd`, putting the weights in the order in which they are read, as a server does
// once. Serves the claim that strict latency requirements call for native inference (C33). Targets
// whose vector size is unknown to the compiler are left out: a tile of their vectors can't be an
// array.
#define HWY_DISABLED_TARGETS (HWY_SVE | HWY_SVE2 | HWY_SVE_256 | HWY_SVE2_128 | HWY_RVV)
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/mlp_infer.cpp"
#include <hwy/foreach_target.h>
#include "hwy/contrib/math/math-inl.h"
#include "kernels/linear_layer-inl.h"

#ifndef GAPMETER_MLP_INFER_NETWORK
#define GAPMETER_MLP_INFER_NETWORK
#include <vector>

namespace gapmeter_mlp_infer {

inline constexpr std::size_t pixels = 64, first = 64, second = 32, digits = 10;
// Samples that go through all layers together: the intermediate results stay in the caches.
inline constexpr std::size_t samples_at_once = 96;

struct Weights {
  std::span<const float> w1, b1, w2, b2, w3, b3;
};

struct Network {
  std::span<const float> x;
  Weights weights;
  std::vector<float> packed1, packed2, packed3, hidden1, hidden2;
};

}  // namespace gapmeter_mlp_infer
#endif

HWY_BEFORE_NAMESPACE();
namespace gapmeter_mlp_infer::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;
namespace layers = gapmeter_linear_layer::HWY_NAMESPACE;
using gapmeter_linear_layer::Layer;

void Pack(Network& network) {
  layers::PackWeights(network.weights.w1, first, network.packed1);
  layers::PackWeights(network.weights.w2, second, network.packed2);
  layers::PackWeights(network.weights.w3, digits, network.packed3);
}

// The number of values is a multiple of every target's vectors: layers have 32 or 64 outputs.
HWY_INLINE void Rectify(std::span<float> values) {
  const hn::ScalableTag<float> d;
  for (size_t i = 0; i < values.size(); i += hn::Lanes(d)) {
    hn::StoreU(hn::Max(hn::LoadU(d, &values[i]), hn::Zero(d)), d, &values[i]);
  }
}

HWY_INLINE void ExpInPlace(std::span<float> values) {
  const hn::ScalableTag<float> d;
  const size_t lanes = hn::Lanes(d);
  size_t i = 0;
  for (; i + lanes <= values.size(); i += lanes) {
    hn::StoreU(hn::Exp(d, hn::LoadU(d, &values[i])), d, &values[i]);
  }
  const hn::CappedTag<float, 1> one;
  for (; i < values.size(); ++i) {
    hn::StoreU(hn::Exp(one, hn::LoadU(one, &values[i])), one, &values[i]);
  }
}

HWY_INLINE void Softmax(std::span<float> y) {
  for (size_t at = 0; at < y.size(); at += digits) {
    float largest = y[at];
    for (size_t i = 1; i < digits; ++i) largest = HWY_MAX(largest, y[at + i]);
    for (size_t i = 0; i < digits; ++i) y[at + i] -= largest;
  }
  ExpInPlace(y);
  for (size_t at = 0; at < y.size(); at += digits) {
    float total = 0;
    for (size_t i = 0; i < digits; ++i) total += y[at + i];
    const float scale = 1 / total;
    for (size_t i = 0; i < digits; ++i) y[at + i] *= scale;
  }
}

void Infer(Network& network, std::span<float> y) {
  const size_t samples = y.size() / digits;
  for (size_t begin = 0; begin < samples; begin += samples_at_once) {
    const size_t count = HWY_MIN(samples_at_once, samples - begin);
    const auto hidden1 = std::span(network.hidden1).first(count * first);
    const auto hidden2 = std::span(network.hidden2).first(count * second);
    const auto out = y.subspan(begin * digits, count * digits);
    const auto x = network.x.subspan(begin * pixels, count * pixels);
    layers::ApplyLayer(
        Layer{x, network.packed1, network.weights.b1, hidden1, count, pixels, first});
    Rectify(hidden1);
    layers::ApplyLayer(
        Layer{hidden1, network.packed2, network.weights.b2, hidden2, count, first, second});
    Rectify(hidden2);
    layers::ApplyLayer(
        Layer{hidden2, network.packed3, network.weights.b3, out, count, second, digits});
    Softmax(out);
  }
}

}  // namespace gapmeter_mlp_infer::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
#include <algorithm>
#include <cmath>

#include "harness/kernel/files.h"
#include "harness/kernel/json_numbers.h"
#include "harness/kernel/kernel.h"

namespace gapmeter_mlp_infer {

HWY_EXPORT(Pack);
HWY_EXPORT(Infer);

using Input = std::span<const float>;
using Output = std::span<float>;

Network prepare(Input x, Input w1, Input b1, Input w2, Input b2, Input w3, Input b3) {
  using gapmeter_linear_layer::packed_size;
  Network network{.x = x,
                  .weights = {w1, b1, w2, b2, w3, b3},
                  .packed1 = std::vector<float>(packed_size(pixels, first)),
                  .packed2 = std::vector<float>(packed_size(first, second)),
                  .packed3 = std::vector<float>(packed_size(second, digits)),
                  .hidden1 = std::vector<float>(samples_at_once * first),
                  .hidden2 = std::vector<float>(samples_at_once * second)};
  HWY_DYNAMIC_DISPATCH(Pack)(network);
  return network;
}

void simd(Network& network, Output y) { HWY_DYNAMIC_DISPATCH(Infer)(network, y); }

template <class Real>
std::vector<Real> apply_layer(const std::vector<Real>& x, Input w, Input b) {
  std::vector<Real> y(b.begin(), b.end());
  for (std::size_t k = 0; k < x.size(); ++k) {
    for (std::size_t j = 0; j < y.size(); ++j) y[j] += x[k] * Real{w[k * y.size() + j]};
  }
  return y;
}

template <class Real>
void rectify(std::vector<Real>& values) {
  for (Real& value : values) value = std::max(value, Real{0});
}

// One sample after the other, in the precision of Real.
template <class Real>
void loops(Input x, Input w1, Input b1, Input w2, Input b2, Input w3, Input b3, Output y) {
  for (std::size_t sample = 0; sample < x.size() / pixels; ++sample) {
    const Input image = x.subspan(sample * pixels, pixels);
    std::vector<Real> values(image.begin(), image.end());
    values = apply_layer(values, w1, b1);
    rectify(values);
    values = apply_layer(values, w2, b2);
    rectify(values);
    values = apply_layer(values, w3, b3);
    const Real largest = *std::max_element(values.begin(), values.end());
    Real total = 0;
    for (Real& value : values) total += value = std::exp(value - largest);
    for (std::size_t i = 0; i < digits; ++i) {
      y[sample * digits + i] = static_cast<float>(values[i] / total);
    }
  }
}

// A bound of each value's error after a layer, given bounds for the layer's inputs: these bounds
// times the weights, plus (k + 1) u (|x| |w| + |b|) of the layer itself (Jeannerod and Rump,
// "Improved error bounds for inner products in floating-point arithmetic", 2013). ReLU increases no
// error.
std::vector<double> layer_error(const std::vector<double>& x, const std::vector<double>& error,
                                Input w, Input b) {
  const double unit = static_cast<double>(x.size() + 2) * 0x1p-24;
  std::vector<double> errors(b.size());
  for (std::size_t j = 0; j < errors.size(); ++j) {
    errors[j] = unit * std::abs(double{b[j]});
    for (std::size_t k = 0; k < x.size(); ++k) {
      const double weight = std::abs(double{w[k * b.size() + j]});
      errors[j] += weight * (error[k] + unit * std::abs(x[k]));
    }
  }
  return errors;
}

// Softmax turns errors of at most E in its arguments into at most E / 2 in each probability, plus a
// few roundings of its own.
gapmeter::Tolerance error_bound(const gapmeter::Inputs& inputs) {
  const auto field = [&](const char* name) { return inputs[name].as<float>(); };
  const Input x = field("x");
  double largest = 0;
  for (std::size_t at = 0; at < x.size(); at += pixels) {
    std::vector<double> values(x.begin() + static_cast<std::ptrdiff_t>(at),
                               x.begin() + static_cast<std::ptrdiff_t>(at + pixels));
    std::vector<double> errors(pixels, 0.0);
    for (const auto& [w, b] : {std::pair{"w1", "b1"}, {"w2", "b2"}, {"w3", "b3"}}) {
      errors = layer_error(values, errors, field(w), field(b));
      values = apply_layer(values, field(w), field(b));
      rectify(values);
    }
    largest = std::max(largest, *std::max_element(errors.begin(), errors.end()));
  }
  return {.abs = largest / 2 + 32 * 0x1p-24};
}

// The digits' pixels are 0 to 16; the model takes 0 to 1.
void fill_images(std::span<float> x, gapmeter::Random& random) {
  gapmeter::Fill<float>(gapmeter::from_json{gapmeter::kernel_file("models/digits.json"), "pixels",
                                            pixels})(x, random);
  for (float& pixel : x) pixel /= 16;
}

gapmeter::InputField weights(const char* name, gapmeter::Shape shape) {
  return gapmeter::input<float>(name,
                                gapmeter::from_json{gapmeter::kernel_file("models/mlp.json"), name},
                                gapmeter::always(std::move(shape)));
}

}  // namespace gapmeter_mlp_infer

GAPMETER_KERNEL() {
  using namespace gapmeter;
  namespace k = gapmeter_mlp_infer;
  return {.title = "A perceptron's probabilities for n handwritten digits",
          .item = "sample",
          .claims = {"C33"},
          .sizes = "1:4Ki:8x",
          .inputs = {input<float>("x", k::fill_images, rows_of(k::pixels)),
                     k::weights("w1", {k::pixels, k::first}), k::weights("b1", {k::first}),
                     k::weights("w2", {k::first, k::second}), k::weights("b2", {k::second}),
                     k::weights("w3", {k::second, k::digits}), k::weights("b3", {k::digits})},
          .outputs = {output<float>("probabilities", k::error_bound, rows_of(k::digits))},
          .cost =
              [](std::size_t n) {
                const auto samples = static_cast<double>(n);
                const double multiplications =
                    k::pixels * k::first + k::first * k::second + k::second * k::digits;
                return Cost{.bytes = 4 * (samples * (k::pixels + k::digits) + multiplications),
                            .flops = 2 * samples * multiplications,
                            .items = samples};
              },
          .reference = "loops_f64",
          .baseline = "sklearn",
          .ladder = {{"lists", "python/loops"},
                     {"scikit-learn", "python/sklearn"},
                     {"NumPy", "python/numpy"},
                     {"loops", "native/loops"},
                     {"SIMD", "native/simd"}},
          .native = {native<k::loops<float>>("loops"), native<k::loops<double>>("loops_f64"),
                     native<k::prepare, k::simd>("simd")}};
}
#endif  // HWY_ONCE
