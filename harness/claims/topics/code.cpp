// Claims on how code runs: C06 to C20.
#include "harness/claims/rules.h"

namespace gapmeter {
namespace {

// Objects from a free list are objects, too; allocations are reported beside them.
Decision objects_for_sums(const Evidence& evidence) {
  const auto made = evidence.metric("sum", "python/loop", "objects_per_addition", "objects");
  if (!made) return evidence.not_measured("sum", {"python/loop"}, "that tell objects_per_addition");
  Decision decision = decide_once(*made, 0.9, true);
  for (const std::string variant : {"python/loop", "python/builtin"}) {
    tell(decision, evidence.metric("sum", variant, "allocations_per_addition", "allocations"));
  }
  return decision;
}

// Times stand in for the operations that the claim is about.
Decision operations_of_a_loop(const Evidence& evidence) {
  const auto decide =
      ratio_is(true, {"sum", "python/loop", "native/strict", past_the_call}, 24,
               {{"sum", "python/builtin", "native/strict"}, {"sum", "python/loop", "native/simd"}});
  Decision decision = decide(evidence);
  if (is_decided(decision.outcome)) decision.remark = "by time: operations are not counted";
  return decision;
}

// A fused multiply-add rounds once, two instructions round twice: if the results of the variant
// that may not fuse differ from the reference's, the reference was fused.
Decision fused(const Evidence& evidence) {
  const std::string kernel = "apply_weights", variant = "native/nofma";
  const std::vector<std::size_t> sizes = evidence.sizes(kernel, variant);
  if (sizes.empty() || !evidence.cell(kernel, variant, sizes.back())->max_error) {
    return evidence.not_measured(kernel, {variant}, "that tell max_error");
  }
  const double error = *evidence.cell(kernel, variant, sizes.back())->max_error;
  Decision decision{.outcome = error > 0 ? Outcome::holds : Outcome::fails,
                    .reason = error > 0 ? "without fusing, results are rounded differently"
                                        : "forbidding it changes no result"};
  decision.figures.push_back({.what = "largest difference of native/nofma from the reference",
                              .kernel = kernel,
                              .n = sizes.back(),
                              .value = {error},
                              .line = 0});
  for (Figure& ratio : evidence.ratios(kernel, variant, "native/into")) {
    decision.figures.push_back(std::move(ratio));
  }
  return decision;
}

// How much of native code's advantage over pure Python is left with boxed values.
Decision boxes(const Evidence& evidence) {
  const std::string kernel = "boxed", python = "python/builtin", boxed = "native/unique_ptr";
  std::vector<Figure> ratios = evidence.ratios(kernel, python, boxed);
  if (ratios.empty()) return evidence.not_measured(kernel, {python, boxed});
  Decision decision = decide_over_sizes(std::move(ratios), 2, false);
  for (const std::string other : {"native/by_value", "native/by_value_simd"}) {
    tell(decision, evidence.last_ratio(kernel, boxed, other));
  }
  tell(decision, evidence.last_ratio(kernel, python, "native/by_value_simd"));
  return decision;
}

Contrast over_raw_loop(const std::string& abstraction) {
  return {"zero_cost", "native/" + abstraction, "native/raw_loop"};
}

Claim slowdown(std::string id, std::string text, std::string rule, Contrast contrast,
               std::vector<Contrast> beside, std::vector<Dependence> depends_on = {}) {
  return {.id = std::move(id),
          .topic = "code",
          .text = std::move(text),
          .rule = std::move(rule),
          .kernels = {contrast.kernel},
          .depends_on = std::move(depends_on),
          .decide = ratio_is(true, contrast, noticeable, std::move(beside))};
}

std::vector<Claim> loop_claims() {
  return {
      {.id = "C06",
       .topic = "code",
       .text = "The interpreter does dozens of operations for an element where native code "
               "does one.",
       .rule = "From n = 1Ki on a Python loop takes more than 24 times as long as a native one "
               "that adds in the same order. Times stand in for operations, which nothing counts "
               "yet.",
       .kernels = {"sum"},
       .depends_on = {Dependence::compiler, Dependence::processor, Dependence::interpreter},
       .decide = operations_of_a_loop},
      {.id = "C07",
       .topic = "code",
       .text = "Summing makes a new float object for each addition.",
       .rule = "At the largest size a loop's running totals are new objects in more than 0.9 of "
               "the additions.",
       .kernels = {"sum"},
       .depends_on = {Dependence::interpreter},
       .decide = objects_for_sums},
      {.id = "C08",
       .topic = "code",
       .text = "The compiler vectorises a plain sum of f32 by itself.",
       .rule = "From n = 1Ki on the plain loop takes less than 1.5 times as long as the same "
               "loop with permission to reorder.",
       .kernels = {"sum"},
       .depends_on = {Dependence::compiler},
       .decide = ratio_is(false, {"sum", "native/strict", "native/reassociated", past_the_call},
                          1.5, {{"sum", "native/reassociated", "native/simd"}})},
      {.id = "C09",
       .topic = "code",
       .text = "The compiler unrolls the loop and gains instruction-level parallelism.",
       .rule = "From n = 1Ki to 16Ki, in the nearest caches, the loop that may be reordered "
               "takes less than 1.25 times as long as eight independent sums written by hand.",
       .kernels = {"sum"},
       .depends_on = {Dependence::compiler, Dependence::processor},
       .decide = ratio_is(
           false, {"sum", "native/reassociated", "native/simd", past_the_call, 16384}, 1.25)},
      {.id = "C10",
       .topic = "code",
       .text = "Iterators and closures cost nothing.",
       .rule =
           "Algorithm, ranges and lambda all take less than 1.05 times as long as the raw loop: "
           "at each size the worst of them decides.",
       .kernels = {"zero_cost"},
       .depends_on = {Dependence::compiler, Dependence::processor},
       .decide = worst_ratio_is(
           false, {over_raw_loop("algorithm"), over_raw_loop("ranges"), over_raw_loop("lambda")},
           noticeable,
           {over_raw_loop("algorithm"), over_raw_loop("ranges"), over_raw_loop("lambda"),
            over_raw_loop("std_function")})},
      {.id = "C11",
       .topic = "code",
       .text = "inp * w + bias compiles to one fused multiply-add.",
       .rule = "Forbidding it changes how a result is rounded at the largest size.",
       .kernels = {"apply_weights"},
       .depends_on = {Dependence::compiler, Dependence::processor},
       .decide = fused}};
}

std::vector<Claim> memory_claims() {
  return {
      slowdown("C12", "Zipped iteration drops the bounds checks, which is what lets it vectorise.",
               "Checked accesses take more than 1.05 times as long as zipped iteration.",
               {"apply_weights", "native/checked", "native/zipped"},
               {{"apply_weights", "native/into", "native/zipped"}},
               {Dependence::compiler, Dependence::processor}),
      slowdown("C13", "Knowing that references don't alias unlocks optimisation.",
               "Without `restrict` the loop takes more than 1.05 times as long.",
               {"apply_weights", "native/into", "native/restricted"}, {},
               {Dependence::compiler, Dependence::processor}),
      slowdown("C14", "Allocating the output once beats growing it by push.",
               "Pushing takes more than 1.05 times as long as pushing after reserve.",
               {"growth", "native/push", "native/reserve"},
               {{"growth", "native/push", "native/presized"},
                {"growth", "python/append", "python/preallocated"},
                {"growth", "python/append", "python/comprehension"}}),
      slowdown("C15", "Views beat temporary copies.",
               "Copying takes more than 1.05 times as long as viewing, natively.",
               {"slice_view", "native/owned", "native/span"},
               {{"slice_view", "python/list_slice", "python/list_islice"},
                {"slice_view", "python/list_slice", "python/memory_view"},
                {"slice_view", "python/numpy_copy", "python/numpy_view"}}),
      slowdown("C16", "Moving beats cloning.",
               "Cloning takes more than 1.05 times as long as moving.",
               {"move_clone", "native/clone", "native/move"},
               {{"move_clone", "python/deepcopy", "python/reference"},
                {"move_clone", "python/shallow", "python/reference"}})};
}

std::vector<Claim> box_claims() {
  return {
      {.id = "C17",
       .topic = "code",
       .text = "Boxing every value throws the advantage of native code away.",
       .rule = "Python's sum takes less than twice as long as that of native boxes.",
       .kernels = {"boxed"},
       .depends_on = {Dependence::processor, Dependence::interpreter},
       .decide = boxes},
      slowdown("C18", "Needless reference counting adds overhead.",
               "Copying a counted handle for each value takes more than 1.05 times as long as "
               "borrowing it.",
               {"boxed", "native/shared_atomic", "native/shared_borrowed"},
               {{"boxed", "native/shared_copied", "native/shared_borrowed"}},
               {Dependence::processor}),
      slowdown("C19", "An owned string for each token is waste where a borrowed one does.",
               "Owned strings take more than 1.05 times as long.",
               {"tokenize", "native/owned", "native/borrowed"},
               {{"tokenize", "python/split", "native/owned"},
                {"tokenize", "python/regex", "python/split"}}),
      slowdown("C20", "A function that takes an owned vector forces an allocation on its callers.",
               "Calling it takes more than 1.05 times as long as calling one that takes a span.",
               {"slice_view", "native/owned", "native/span"}, {})};
}

}  // namespace

std::vector<Claim> code_claims() {
  std::vector<Claim> claims = loop_claims();
  for (const auto& part : {memory_claims(), box_claims()}) {
    claims.insert(claims.end(), part.begin(), part.end());
  }
  return claims;
}

}  // namespace gapmeter
