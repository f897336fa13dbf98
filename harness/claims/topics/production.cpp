// Claims on production: C30 to C33. Those on servers are in serving.cpp.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <string>

#include "harness/claims/rules.h"

namespace gapmeter {
namespace {

Decision cold_starts(const Evidence& evidence, const Language& in) {
  const std::string native = in("native");
  const auto decide = ratio_is(true, {"cold_start", "python/bare", native}, 2,
                               {{"cold_start", "python/numpy", native},
                                {"cold_start", "python/bare_evicted", in("native_evicted")}});
  Decision decision = decide(evidence);
  for (const std::string& variant :
       {native, std::string("python/bare"), std::string("python/numpy")}) {
    tell(decision, evidence.metric("cold_start", variant, "program_peak_bytes", "bytes"));
  }
  return decision;
}

// A single request waits for the whole cost of its call.
std::optional<Figure> batch_of_one(const Evidence& evidence, const std::string& kernel,
                                   const std::string& native) {
  const std::string python = evidence.fastest_python(kernel, 1);
  const auto ratios = evidence.ratios(kernel, python, native);
  if (ratios.empty() || ratios.front().n != 1) return std::nullopt;
  return ratios.front();
}

Decision native_inference(const Evidence& evidence, const Language& in) {
  const std::map<std::string, std::string> natives{{"mlp_infer", in("simd")},
                                                   {"tree_ensemble", in("complete")}};
  std::vector<Figure> models;
  for (const auto& [kernel, native] : natives) {
    auto model = batch_of_one(evidence, kernel, native);
    if (!model) return evidence.not_measured(kernel, {native, "a Python variant"}, "at n = 1");
    models.push_back(std::move(*model));
  }
  Decision decision = decide_by_majority(std::move(models), 5, true, "models");
  for (const auto& [kernel, native] : natives) {
    const std::vector<std::size_t> sizes = evidence.sizes(kernel, native);
    const std::string python = evidence.fastest_python(kernel, sizes.back());
    tell(decision, evidence.last_ratio(kernel, python, native));
  }
  return decision;
}

// "within 1.1 times a native call: holds from n = 1Mi".
std::string also(const std::string& what, std::vector<Figure> ratios, double line, bool above) {
  if (ratios.empty()) return fmt::format("; {}: not measured here", what);
  return fmt::format("; {}: {}", what,
                     verdict_of(decide_over_sizes(std::move(ratios), line, above)));
}

// A call has a fixed price, which the work pays back from some n on.
Decision binding_pays(const Evidence& evidence, const Language& in) {
  // PyO3 and pybind11.
  const std::string bound = in.is_rust() ? "python/pyo3_" : "python/bound_", kernel = "binding",
                    buffer = bound + "buffer", list = bound + "list", native = in("direct"),
                    python = "python/generator";
  const auto decide = worst_ratio_is(
      true, {{kernel, python, buffer}, {kernel, "python/numpy", buffer}}, noticeable);
  Decision decision = decide(evidence);
  if (decision.outcome == Outcome::not_measured) return decision;
  decision.reason += also("with a list, which is copied, against pure Python",
                          evidence.ratios(kernel, python, list), noticeable, true);
  const std::vector<Figure> overheads = evidence.ratios(kernel, buffer, native);
  decision.reason += also("within 1.1 times a native call", overheads, 1.1, false);
  decision.figures.insert(decision.figures.end(), overheads.begin(), overheads.end());
  tell(decision, evidence.last_ratio(kernel, python, list));
  tell(decision, evidence.last_ratio(kernel, bound + "scalar", python));
  return decision;
}

}  // namespace

std::vector<Claim> production_claims() {
  return {
      {.id = "C30",
       .topic = "production",
       .text = "Native code suits serverless and edge: cold start and footprint.",
       .rule = "A Python program takes more than twice as long from its start to its first "
               "prediction.",
       .kernels = {"cold_start"},
       .depends_on = {Dependence::interpreter},
       .rulings = in_each_language(cold_starts)},
      {.id = "C31",
       .topic = "production",
       .text = "A native core under a Python interface gives the speed and keeps the "
               "convenience.",
       .rule = "Pure Python and NumPy both take more than 1.05 times as long as a call of the "
               "native core from Python with a buffer: at each size the faster of the two "
               "decides, so that the verdict is the n from which the core pays. Told beside it: "
               "from which n a copied list pays by as much, and from which n the call takes less "
               "than 1.1 times as long as a native one.",
       .kernels = {"binding"},
       .depends_on = {Dependence::processor, Dependence::interpreter},
       .rulings = in_each_language(binding_pays)},
      {.id = "C32",
       .topic = "production",
       .text = "Operators that the libraries lack are worth writing natively.",
       .rule = "NumPy without temporaries takes more than 1.25 times as long as one fused "
               "native pass.",
       .kernels = {"custom_op"},
       .depends_on = {Dependence::compiler, Dependence::processor},
       .rulings = in_each_language([](const Language& in) {
         const std::string fused_alloc = in("fused_simd_alloc");
         return ratio_is(true, {"custom_op", "python/numpy_out", in("fused_simd")}, 1.25,
                         {{"custom_op", "python/numpy", fused_alloc},
                          {"custom_op", "python/numba", fused_alloc},
                          {"custom_op", "python/numpy_out", in("fused")}});
       })},
      {.id = "C33",
       .topic = "production",
       .text = "Strict latency requirements call for native inference.",
       .rule = "For one sample the fastest Python variant takes more than 5 times as long, for "
               "both models.",
       .kernels = {"mlp_infer", "tree_ensemble"},
       .depends_on = {Dependence::processor, Dependence::interpreter},
       .rulings = in_each_language(native_inference)}};
}

}  // namespace gapmeter
