// object_size: the memory that a number takes, as an object of its own and in an array of plain
// numbers.
//
// Timed: making n numbers from an array of doubles, and freeing them. Not timed: the array. The
// results to read are not the times but the memory columns, whose growth with n is the size of an
// element, and the sizes that each variant reports (metrics.csv). The main job is numbers in
// double precision; `int` and `float32` are others. Serves the claims on the size of
// floats (C01), of ints (C02) and of native numbers (C03), and that native code's footprint is far
// smaller (C05).
#include <memory>
#include <vector>

#include "harness/kernel/kernel.h"

namespace {

using Input = std::span<const double>;

template <class Element>
Input report_size(Input x, gapmeter::Metrics& report) {
  report.add("element_bytes", static_cast<double>(sizeof(Element)));
  return x;
}

template <class Element>
double make_vector(const Input& x) {
  std::vector<Element> values(x.size());
  for (std::size_t i = 0; i < x.size(); ++i) values[i] = static_cast<Element>(x[i]);
  gapmeter::keep(values);
  return static_cast<double>(values.back());
}

double make_boxes(const Input& x) {
  std::vector<std::unique_ptr<double>> values;
  values.reserve(x.size());
  for (const double value : x) values.push_back(std::make_unique<double>(value));
  gapmeter::keep(values);
  return *values.back();
}

// Whole numbers, so that ints and floats have equal values; too large for CPython's cache of small
// ints, and exact in float32.
void whole_numbers(std::span<double> x, gapmeter::Random& random) {
  for (double& value : x) value = 1000.0 + static_cast<double>(random.below(16'000'000));
}

}  // namespace

GAPMETER_KERNEL() {
  using namespace gapmeter;
  return {.title = "Memory of n numbers",
          .item = "number",
          .claims = {"C01", "C02", "C03", "C05"},
          .sizes = "16Ki:4Mi:16x",
          .inputs = {input<double>("x", whole_numbers)},
          .outputs = {output<double>("last", Tolerance{}, scalar)},
          .cost = [](std::size_t n) { return Cost{.items = static_cast<double>(n)}; },
          .reference = "f64",
          .baseline = "floats",
          .native = {native<report_size<float>, make_vector<float>>("f32", "float32"),
                     native<report_size<double>, make_vector<double>>("f64"),
                     native<report_size<std::int64_t>, make_vector<std::int64_t>>("i64", "int"),
                     native<report_size<std::unique_ptr<double>>, make_boxes>("unique_ptr")}};
}
