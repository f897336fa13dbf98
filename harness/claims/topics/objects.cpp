// Claims on objects and memory: C01 to C05.
#include <cmath>

#include "harness/claims/rules.h"

namespace gapmeter {
namespace {

// An exact number, reported by CPython and the compiler: no interval is needed.
Decision decide_exactly(Figure figure, double wanted) {
  figure.line = wanted;
  const bool equal = figure.value.value == wanted;
  return {.outcome = equal ? Outcome::holds : Outcome::fails,
          .reason = equal ? "it is exactly that" : "it is another size here",
          .figures = {std::move(figure)}};
}

Decide object_takes(const std::string& variant, double bytes) {
  return [=](const Evidence& evidence) {
    const auto reported = evidence.metric("object_size", variant, "object_bytes", "bytes");
    if (!reported) return evidence.not_measured("object_size", {variant});
    Decision decision = decide_exactly(*reported, bytes);
    tell(decision, evidence.metric("object_size", variant, "element_bytes", "bytes"));
    tell(decision, evidence.bytes_per_n("object_size", variant));
    return decision;
  };
}

// Resident memory comes in pages, and arrays have a header: up to a twentieth more or less is
// tolerated for these.
bool is_about(const Figure& figure, double bytes) {
  return std::abs(figure.value.value - bytes) <= bytes / 20;
}

Decision native_sizes(const Evidence& evidence, const Language& in) {
  auto f32 = evidence.bytes_per_n("object_size", in("f32"));
  auto f64 = evidence.bytes_per_n("object_size", in("f64"));
  if (!f32 || !f64) return evidence.not_measured("object_size", {in("f32"), in("f64")});
  f32->line = 4;
  f64->line = 8;
  const bool both = is_about(*f32, 4) && is_about(*f64, 8);
  return {.outcome = both ? Outcome::holds : Outcome::fails,
          .reason =
              both ? "memory grows by that, and by nothing else" : "memory grows by something else",
          .figures = {*f32, *f64}};
}

// The ratio of peaks over the baseline at the largest size at which both are resolved.
std::optional<Figure> footprint_ratio(const Evidence& evidence, const std::string& kernel) {
  const std::string python = evidence.baseline(kernel);
  for (auto sizes = evidence.sizes(kernel, python); !sizes.empty(); sizes.pop_back()) {
    const SummaryRow& row = *evidence.cell(kernel, python, sizes.back());
    const SummaryRow* native = evidence.cell(kernel, row.reference, sizes.back());
    if (native == nullptr) continue;
    const std::optional<std::int64_t> peak = peak_bytes_of(row), smaller = peak_bytes_of(*native);
    if (!peak || !smaller) continue;
    const double ratio = static_cast<double>(*peak) / static_cast<double>(*smaller);
    // Memory, unlike time, is the same on every run: the interval is the figure itself.
    return Figure{.what = "peak memory of " + python + " over " + row.reference,
                  .kernel = kernel,
                  .n = sizes.back(),
                  .value = {ratio, Interval{ratio, ratio}},
                  .unit = "x"};
  }
  return std::nullopt;
}

Decision footprints(const Evidence& evidence) {
  std::vector<Figure> ratios;
  for (const std::string& kernel : evidence.kernels()) {
    if (auto ratio = footprint_ratio(evidence, kernel)) ratios.push_back(std::move(*ratio));
  }
  if (ratios.empty()) {
    return {.outcome = Outcome::not_measured,
            .reason = "no kernel was measured at sizes whose memory can be told"};
  }
  return decide_by_majority(std::move(ratios), 2, true, "kernels");
}

}  // namespace

std::vector<Claim> object_claims() {
  return {
      {.id = "C01",
       .topic = "objects",
       .text = "A Python float is a heap object of 24 bytes.",
       .rule = "The interpreter says 24 bytes.",
       .kernels = {"object_size"},
       .depends_on = {Dependence::interpreter},
       .rulings = about_python(object_takes("python/floats", 24))},
      {.id = "C02",
       .topic = "objects",
       .text = "A Python int is a heap object of 28 bytes.",
       .rule = "The interpreter says 28 bytes.",
       .kernels = {"object_size"},
       .depends_on = {Dependence::interpreter},
       .rulings = about_python(object_takes("python/ints", 28))},
      {.id = "C03",
       .topic = "objects",
       .text = "A native f32 takes 4 bytes and an f64 takes 8, without metadata.",
       .rule = "Between the two largest sizes the resident memory of a vector grows by 4 and by 8 "
               "bytes an element, within 5 %.",
       .kernels = {"object_size"},
       .rulings = in_each_language(native_sizes)},
      {.id = "C04",
       .topic = "objects",
       .text = "A list points to scattered objects, so that going through it misses the cache.",
       .rule = "A shuffled list takes more than 1.25 times as long as one in the order of its "
               "allocation.",
       .kernels = {"pointer_chase"},
       .depends_on = {Dependence::processor},
       .rulings = about_python(
           ratio_is(true, {"pointer_chase", "python/list_shuffled", "python/list_in_order"}, 1.25,
                    {{"pointer_chase", "native/shuffled", "native/in_order"},
                     {"pointer_chase", "native/in_order", "native/contiguous"},
                     {"pointer_chase", "python/list_in_order", "python/array"},
                     {"pointer_chase", "rust/shuffled", "rust/in_order"}}))},
      {.id = "C05",
       .topic = "objects",
       .text = "The native memory footprint of the same job is far smaller.",
       .rule =
           "The peak memory of the Python that people would write first is more than twice that "
           "of the fastest native variant, at the largest size at which both can be told, in "
           "at least three quarters of the kernels. It does not hold where it is less in half of "
           "them.",
       .kernels = {},
       .rulings = in_each_language([](const Language&) -> Decide { return footprints; })}};
}

}  // namespace gapmeter
