// tree_ensemble: gradient-boosted trees that recognise handwritten digits, n at a time.
//
// The 100 trees of depth 4 (ten for each digit) were trained by scikit-learn
// (scripts/dev/train_models.py); the digits are ones they have not seen. Timed: walking every tree,
// adding up the values of its leaves, softmax. Not timed: reading model and digits and, for
// `complete`, laying out the trees, as a server does once. Serves the claim that strict latency
// requirements call for native inference (C33).
#include <array>
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <span>
#include <vector>

#include "harness/kernel/files.h"
#include "harness/kernel/json_numbers.h"
#include "harness/kernel/kernel.h"

namespace {

using Floats = std::span<const float>;
using Indices = std::span<const std::int32_t>;
using Output = std::span<float>;

constexpr std::size_t pixels = 64, digits = 10, trees = 100, depth = 4;
constexpr std::size_t inner_nodes = (std::size_t{1} << depth) - 1;
constexpr std::size_t leaves = std::size_t{1} << depth;

template <class Real>
void softmax(std::array<Real, digits>& scores, Output probabilities) {
  const Real largest = *std::max_element(scores.begin(), scores.end());
  Real total = 0;
  for (Real& score : scores) total += score = std::exp(score - largest);
  for (std::size_t i = 0; i < digits; ++i) {
    probabilities[i] = static_cast<float>(scores[i] / total);
  }
}

// The nodes of all trees as scikit-learn has them: children's numbers within the tree, -1 in
// leaves.
template <class Real>
void pointers(Floats x, Indices roots, Indices feature, Floats threshold, Indices left,
              Indices right, Floats value, Output y) {
  for (std::size_t sample = 0; sample < x.size() / pixels; ++sample) {
    const Floats image = x.subspan(sample * pixels, pixels);
    std::array<Real, digits> scores{};
    for (std::size_t tree = 0; tree < trees; ++tree) {
      const auto root = static_cast<std::size_t>(roots[tree]);
      std::size_t node = root;
      while (left[node] >= 0) {
        const bool goes_left = image[static_cast<std::size_t>(feature[node])] <= threshold[node];
        node = root + static_cast<std::size_t>(goes_left ? left[node] : right[node]);
      }
      scores[tree % digits] += Real{value[node]};
    }
    softmax(scores, y.subspan(sample * digits, digits));
  }
}

// A tree filled up to its full depth: the children of node i are 2 i + 1 and 2 i + 2, so that a
// walk needs neither pointers nor branches.
struct CompleteTree {
  std::array<float, inner_nodes> threshold{};
  std::array<std::uint8_t, inner_nodes> feature{};
  std::array<float, leaves> value{};
};

struct Forest {
  Floats x;
  std::vector<CompleteTree> trees;
};

struct Nodes {
  Indices feature;
  Floats threshold;
  Indices left, right;
  Floats value;
};

// Copies the subtree at `node` to position `to`; a leaf above the full depth becomes nodes that
// lead to copies of it.
void fill(const Nodes& nodes, std::size_t root, std::size_t node, std::size_t to,
          CompleteTree& tree) {
  if (to >= inner_nodes) {
    tree.value[to - inner_nodes] = nodes.value[node];
    return;
  }
  const bool is_leaf = nodes.left[node] < 0;
  tree.feature[to] = is_leaf ? 0 : static_cast<std::uint8_t>(nodes.feature[node]);
  tree.threshold[to] = is_leaf ? 0 : nodes.threshold[node];
  const auto child = [&](std::int32_t number) {
    return is_leaf ? node : root + static_cast<std::size_t>(number);
  };
  fill(nodes, root, child(nodes.left[node]), 2 * to + 1, tree);
  fill(nodes, root, child(nodes.right[node]), 2 * to + 2, tree);
}

Forest lay_out(Floats x, Indices roots, Indices feature, Floats threshold, Indices left,
               Indices right, Floats value) {
  Forest forest{x, std::vector<CompleteTree>(trees)};
  for (std::size_t i = 0; i < trees; ++i) {
    const auto root = static_cast<std::size_t>(roots[i]);
    fill({feature, threshold, left, right, value}, root, root, 0, forest.trees[i]);
  }
  return forest;
}

float walk(const CompleteTree& tree, const float* image) {
  std::size_t node = 0;
  for (std::size_t level = 0; level < depth; ++level) {
    const bool goes_right = !(image[tree.feature[node]] <= tree.threshold[node]);
    node = 2 * node + 1 + static_cast<std::size_t>(goes_right);
  }
  return tree.value[node - inner_nodes];
}

void complete(const Forest& forest, Output y) {
  for (std::size_t sample = 0; sample < y.size() / digits; ++sample) {
    const float* const image = &forest.x[sample * pixels];
    std::array<float, digits> scores{};
    for (std::size_t first = 0; first < trees; first += digits) {
      for (std::size_t digit = 0; digit < digits; ++digit) {
        scores[digit] += walk(forest.trees[first + digit], image);
      }
    }
    softmax(scores, y.subspan(sample * digits, digits));
  }
}

constexpr std::size_t nodes = 2862;  // of all trees, as scripts/dev/train_models.py makes them

template <class T>
gapmeter::InputField model_field(const char* name, std::size_t count) {
  return gapmeter::input<T>(name,
                            gapmeter::from_json{gapmeter::kernel_file("models/trees.json"), name},
                            gapmeter::always({count}));
}

}  // namespace

GAPMETER_KERNEL() {
  using namespace gapmeter;
  return {
      .title = "Boosted trees' probabilities for n handwritten digits",
      .item = "sample",
      .claims = {"C33"},
      .sizes = "1:4Ki:8x",
      .inputs = {input<float>(
                     "x", from_json{gapmeter::kernel_file("models/digits.json"), "pixels", pixels},
                     rows_of(pixels)),
                 model_field<std::int32_t>("roots", trees),
                 model_field<std::int32_t>("feature", nodes),
                 model_field<float>("threshold", nodes), model_field<std::int32_t>("left", nodes),
                 model_field<std::int32_t>("right", nodes), model_field<float>("value", nodes)},
      // Adding up ten leaves with a total of at most 8 has an error of at most 10 u 8, which
      // softmax halves; softmax itself rounds a few times. Every comparison is exact.
      .outputs = {output<float>("probabilities", Tolerance{.abs = 128 * 0x1p-24}, rows_of(digits))},
      .cost =
          [](std::size_t n) {
            const auto samples = static_cast<double>(n);
            return Cost{.bytes = 4 * samples * (pixels + digits), .items = samples};
          },
      .reference = "pointers_f64",
      .baseline = "sklearn",
      .ladder = {{"lists", "python/loops"},
                 {"NumPy", "python/numpy"},
                 {"scikit-learn", "python/sklearn"},
                 {"Numba", "python/numba"},
                 {"pointers", "native/pointers"},
                 {"complete trees", "native/complete"}},
      .native = {native<pointers<float>>("pointers"), native<pointers<double>>("pointers_f64"),
                 native<lay_out, complete>("complete")}};
}
