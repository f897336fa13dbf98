// Claims on production: C28 to C33.
#include <algorithm>
#include <map>
#include <string>

#include "harness/claims/rules.h"

namespace gapmeter {
namespace {

Decision no_server(const Evidence& /*evidence*/) {
  return {.outcome = Outcome::not_measured, .reason = "no kernel serves a model over HTTP"};
}

Decision cold_starts(const Evidence& evidence) {
  const auto decide = ratio_is(true, {"cold_start", "python/bare", "native/native"}, 2,
                               {{"cold_start", "python/numpy", "native/native"},
                                {"cold_start", "python/bare_evicted", "native/native_evicted"}});
  Decision decision = decide(evidence);
  for (const std::string variant : {"native/native", "python/bare", "python/numpy"}) {
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

Decision native_inference(const Evidence& evidence) {
  const std::map<std::string, std::string> natives{{"mlp_infer", "native/simd"},
                                                   {"tree_ensemble", "native/complete"}};
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

}  // namespace

std::vector<Claim> production_claims() {
  return {{.id = "C28",
           .topic = "production",
           .text = "A model that is fast in a notebook shows latency spikes behind a web server.",
           .rule = "Needs a served model.",
           .kernels = {},
           .decide = no_server},
          {.id = "C29",
           .topic = "production",
           .text = "That server eats memory.",
           .rule = "Needs a served model.",
           .kernels = {},
           .decide = no_server},
          {.id = "C30",
           .topic = "production",
           .text = "Native code suits serverless and edge: cold start and footprint.",
           .rule = "A Python program takes more than twice as long from its start to its first "
                   "prediction.",
           .kernels = {"cold_start"},
           .decide = cold_starts},
          {.id = "C31",
           .topic = "production",
           .text = "A native core under a Python interface gives the speed and keeps the "
                   "convenience.",
           .rule = "Called from Python with a buffer, it takes less than 1.1 times as long.",
           .kernels = {"binding"},
           .decide = ratio_is(false, {"binding", "python/bound_buffer", "native/direct"}, 1.1,
                              {{"binding", "python/bound_list", "native/direct"},
                               {"binding", "python/bound_scalar", "python/generator"},
                               {"binding", "python/numpy", "python/bound_buffer"}})},
          {.id = "C32",
           .topic = "production",
           .text = "Operators that the libraries lack are worth writing natively.",
           .rule = "NumPy without temporaries takes more than 1.25 times as long as one fused "
                   "native pass.",
           .kernels = {"custom_op"},
           .decide = ratio_is(true, {"custom_op", "python/numpy_out", "native/fused_simd"}, 1.25,
                              {{"custom_op", "python/numpy", "native/fused_simd"},
                               {"custom_op", "python/numba", "native/fused_simd"},
                               {"custom_op", "python/numpy_out", "native/fused"}})},
          {.id = "C33",
           .topic = "production",
           .text = "Strict latency requirements call for native inference.",
           .rule = "For one sample the fastest Python variant takes more than 5 times as long, for "
                   "both models.",
           .kernels = {"mlp_infer", "tree_ensemble"},
           .decide = native_inference}};
}

}  // namespace gapmeter
