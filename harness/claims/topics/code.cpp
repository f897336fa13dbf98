// Claims on how code runs: C06 to C20.
#include <fmt/format.h>

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
Decide operations_of_a_loop(const Language& in) {
  return [decide = ratio_is(true, {"sum", "python/loop", in("strict"), past_the_call}, 24,
                            {{"sum", "python/builtin", in("strict")},
                             {"sum", "python/loop", in("simd")}})](const Evidence& evidence) {
    Decision decision = decide(evidence);
    if (is_decided(decision.outcome)) decision.remark = "by time: operations are not counted";
    return decision;
  };
}

// A fused multiply-add rounds once, two instructions round twice: results tell which it was. C++'s
// reference is the plain loop, of which a variant that may not fuse differs if it was fused. In
// Rust the plain loop differs from one that asks for fusing if it was not.
std::optional<Figure> last_error(const Evidence& evidence, const std::string& variant) {
  const std::string kernel = "apply_weights";
  const std::vector<std::size_t> sizes = evidence.sizes(kernel, variant);
  if (sizes.empty()) return std::nullopt;
  const std::optional<double> error = evidence.cell(kernel, variant, sizes.back())->max_error;
  if (!error) return std::nullopt;
  return Figure{.what = fmt::format("largest difference of {} from the reference", variant),
                .kernel = kernel,
                .n = sizes.back(),
                .value = {*error}};
}

Decision fused(const Evidence& evidence, const Language& in) {
  const std::string plain = in("zipped", "into"), other = in("mul_add", "nofma");
  std::optional<Figure> error = last_error(evidence, other);
  const std::optional<Figure> of_plain = in.is_rust() ? last_error(evidence, plain) : Figure{};
  if (!error || !of_plain) {
    return evidence.not_measured("apply_weights", {other, plain}, "that tell max_error");
  }
  error->line = of_plain->value.value;
  const bool same = error->value.value == *error->line;
  Decision decision{.outcome = same == in.is_rust() ? Outcome::holds : Outcome::fails};
  if (in.is_rust()) {
    decision.reason =
        same ? "asking for it changes no result" : "asked for, results are rounded differently";
    decision.figures = {*error, *of_plain};
  } else {
    decision.reason = same ? "forbidding it changes no result"
                           : "without fusing, results are rounded differently";
    decision.figures = {*error};
  }
  for (Figure& ratio : evidence.ratios("apply_weights", other, plain)) {
    decision.figures.push_back(std::move(ratio));
  }
  return decision;
}

// How much of native code's advantage over pure Python is left with boxed values.
Decision boxes(const Evidence& evidence, const Language& in) {
  const std::string kernel = "boxed", python = "python/builtin", boxed = in("box", "unique_ptr");
  std::vector<Figure> ratios = evidence.ratios(kernel, python, boxed);
  if (ratios.empty()) return evidence.not_measured(kernel, {python, boxed});
  Decision decision = decide_over_sizes(std::move(ratios), 2, false);
  for (const std::string& other : {in("by_value"), in("by_value_simd")}) {
    tell(decision, evidence.last_ratio(kernel, boxed, other));
  }
  tell(decision, evidence.last_ratio(kernel, python, in("by_value_simd")));
  return decision;
}

Decide abstractions(const Language& in) {
  const auto over_raw_loop = [&](const char* name) {
    return Contrast{"zero_cost", in(name), in("raw_loop")};
  };
  std::vector<Contrast> free, beside;
  if (in.is_rust()) {
    free = {over_raw_loop("iterator"), over_raw_loop("closure")};
    beside = {over_raw_loop("dyn_fn")};
  } else {
    free = {over_raw_loop("algorithm"), over_raw_loop("ranges"), over_raw_loop("lambda")};
    beside = {over_raw_loop("std_function")};
  }
  beside.insert(beside.begin(), free.begin(), free.end());
  return worst_ratio_is(false, free, noticeable, beside);
}

// Of one language: what takes longer than what, and what is told beside.
struct Slowdown {
  Contrast contrast;
  std::vector<Contrast> beside{};
};

Claim slowdown(std::string id, std::string text, std::string rule, const std::string& kernel,
               const std::function<Slowdown(const Language&)>& of,
               std::vector<Dependence> depends_on = {}) {
  return {.id = std::move(id),
          .topic = "code",
          .text = std::move(text),
          .rule = std::move(rule),
          .kernels = {kernel},
          .depends_on = std::move(depends_on),
          .rulings = in_each_language([&](const Language& in) {
            const Slowdown slowdown = of(in);
            return ratio_is(true, slowdown.contrast, noticeable, slowdown.beside);
          })};
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
       .rulings = in_each_language(operations_of_a_loop)},
      {.id = "C07",
       .topic = "code",
       .text = "Summing makes a new float object for each addition.",
       .rule = "At the largest size a loop's running totals are new objects in more than 0.9 of "
               "the additions.",
       .kernels = {"sum"},
       .depends_on = {Dependence::interpreter},
       .rulings = about_python(objects_for_sums)},
      {.id = "C08",
       .topic = "code",
       .text = "The compiler vectorises a plain sum of f32 by itself.",
       .rule = "From n = 1Ki on the plain loop takes less than 1.5 times as long as the same "
               "loop with permission to reorder.",
       .kernels = {"sum"},
       .depends_on = {Dependence::compiler},
       .rulings = in_each_language([](const Language& in) {
         return ratio_is(false, {"sum", in("strict"), in("reassociated"), past_the_call}, 1.5,
                         {{"sum", in("reassociated"), in("simd")}});
       })},
      {.id = "C09",
       .topic = "code",
       .text = "The compiler unrolls the loop and gains instruction-level parallelism.",
       .rule = "From n = 1Ki to 16Ki, in the nearest caches, the loop that may be reordered "
               "takes less than 1.25 times as long as eight independent sums written by hand.",
       .kernels = {"sum"},
       .depends_on = {Dependence::compiler, Dependence::processor},
       .rulings = in_each_language([](const Language& in) {
         return ratio_is(false, {"sum", in("reassociated"), in("simd"), past_the_call, 16384},
                         1.25);
       })},
      {.id = "C10",
       .topic = "code",
       .text = "Iterators and closures cost nothing.",
       .rule = "An iterator chain and a closure, in C++ an algorithm, ranges and a lambda, all "
               "take less than 1.05 times as long as the raw loop: at each size the worst of them "
               "decides.",
       .kernels = {"zero_cost"},
       .depends_on = {Dependence::compiler, Dependence::processor},
       .rulings = in_each_language(abstractions)},
      {.id = "C11",
       .topic = "code",
       .text = "inp * w + bias compiles to one fused multiply-add.",
       .rule =
           "At the largest size forbidding it, in C++, changes how a result is rounded; in Rust, "
           "asking for it with `mul_add` does not.",
       .kernels = {"apply_weights"},
       .depends_on = {Dependence::compiler, Dependence::processor},
       .rulings = in_each_language(fused)}};
}

std::vector<Claim> memory_claims() {
  return {
      slowdown("C12", "Zipped iteration drops the bounds checks, which is what lets it vectorise.",
               "Checked accesses take more than 1.05 times as long as zipped iteration.",
               "apply_weights",
               [](const Language& in) {
                 return Slowdown{{"apply_weights", in("checked"), in("zipped")},
                                 {{"apply_weights", in("may_alias", "into"), in("zipped")}}};
               },
               {Dependence::compiler, Dependence::processor}),
      slowdown(
          "C13", "Knowing that references don't alias unlocks optimisation.",
          "Where the compiler may not rely on it, in C++ without `restrict` and in Rust through "
          "raw pointers, the loop takes more than 1.05 times as long.",
          "apply_weights",
          [](const Language& in) {
            return Slowdown{{"apply_weights", in("may_alias", "into"), in("zipped", "restricted")}};
          },
          {Dependence::compiler, Dependence::processor}),
      slowdown("C14", "Allocating the output once beats growing it by push.",
               "Pushing takes more than 1.05 times as long as pushing after reserve.", "growth",
               [](const Language& in) {
                 return Slowdown{{"growth", in("push"), in("reserve")},
                                 {{"growth", in("push"), in("presized")},
                                  {"growth", "python/append", "python/preallocated"},
                                  {"growth", "python/append", "python/comprehension"}}};
               }),
      slowdown("C15", "Views beat temporary copies.",
               "Copying takes more than 1.05 times as long as viewing, natively.", "slice_view",
               [](const Language& in) {
                 return Slowdown{{"slice_view", in("owned"), in("span")},
                                 {{"slice_view", "python/list_slice", "python/list_islice"},
                                  {"slice_view", "python/list_slice", "python/memory_view"},
                                  {"slice_view", "python/numpy_copy", "python/numpy_view"}}};
               }),
      slowdown("C16", "Moving beats cloning.",
               "Cloning takes more than 1.05 times as long as moving.", "move_clone",
               [](const Language& in) {
                 return Slowdown{{"move_clone", in("clone"), in("move")},
                                 {{"move_clone", "python/deepcopy", "python/reference"},
                                  {"move_clone", "python/shallow", "python/reference"}}};
               })};
}

std::vector<Claim> box_claims() {
  return {
      {.id = "C17",
       .topic = "code",
       .text = "Boxing every value throws the advantage of native code away.",
       .rule = "Python's sum takes less than twice as long as that of native boxes.",
       .kernels = {"boxed"},
       .depends_on = {Dependence::processor, Dependence::interpreter},
       .rulings = in_each_language(boxes)},
      slowdown("C18", "Needless reference counting adds overhead.",
               "Copying a counted handle for each value takes more than 1.05 times as long as "
               "borrowing it.",
               "boxed",
               [](const Language& in) {
                 return Slowdown{{"boxed", in("arc_cloned", "shared_atomic"),
                                  in("arc_borrowed", "shared_borrowed")},
                                 {{"boxed", in("rc_cloned", "shared_copied"),
                                   in("rc_borrowed", "shared_borrowed")}}};
               },
               {Dependence::processor}),
      slowdown("C19", "An owned string for each token is waste where a borrowed one does.",
               "Owned strings take more than 1.05 times as long.", "tokenize",
               [](const Language& in) {
                 return Slowdown{{"tokenize", in("owned"), in("borrowed")},
                                 {{"tokenize", "python/split", in("owned")},
                                  {"tokenize", "python/regex", "python/split"}}};
               }),
      slowdown("C20", "A function that takes an owned vector forces an allocation on its callers.",
               "Calling it takes more than 1.05 times as long as calling one that takes a span.",
               "slice_view", [](const Language& in) {
                 return Slowdown{{"slice_view", in("owned"), in("span")}};
               })};
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
