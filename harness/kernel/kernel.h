// What a kernel's .cpp includes: the description of a computation, declared once for both lanes.
//
//   #include "harness/kernel/kernel.h"
//
//   GAPMETER_KERNEL() {
//     return {.title = "…", .inputs = {input<float>("x", uniform{-1, 1})}, …,
//             .native = {native<my_function>("simple")}};
//   }
//
// The kernel's name is the stem of its file; its Python variants are in the .py of the same stem.
// docs/adding-a-kernel.md is the guide.
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "harness/kernel/inputs.h"
#include "harness/kernel/native_variant.h"
#include "harness/kernel/prose.h"
#include "harness/kernel/service.h"
#include "harness/base/keep.h"

namespace gapmeter {

// The least that any implementation must move and compute in one call. A member that does not apply
// stays 0, and its rate stays empty.
struct Cost {
  double bytes = 0;  // read plus written
  double flops = 0;  // floating-point operations; a fused multiply-add counts as two
  double items = 0;  // what the kernel's `item` names
};
using CostOf = std::function<Cost(std::size_t n)>;

struct OutputField {
  std::string name;
  DType dtype;
  ShapeOf shape;
  ToleranceOf tolerance;
};

// A step on the way from what people write first to the fastest: what changes there, in a word or
// two, and the variant that shows it.
struct Rung {
  std::string name;     // "SIMD"
  std::string variant;  // "native/simd"
};

struct Kernel {
  // Set by the registry: the file's stem, and what the description itself threw; the rest is then
  // unknown.
  std::string name{}, failure{};
  std::string title;
  std::string item = "element";
  std::vector<std::string> claims{};
  std::string sizes;
  std::vector<InputField> inputs{};
  std::vector<OutputField> outputs{};
  CostOf cost;
  // Of jobs that are another amount of work, by their names: a borrowed vector of n records is not
  // n records of work.
  std::map<std::string, CostOf> job_costs{};
  // The compiled variant that all others are verified against: "f64", or "rust/f64" in Rust.
  std::string reference;
  std::string baseline;  // the Python variant that people would write first
  // Splits the gap into factors between neighbouring rungs; their product is the factor from first
  // to last.
  std::vector<Rung> ladder{};
  // How many times as long as other kernels' this kernel's pass of single calls is. Above 1 if the
  // question is about rare calls, because a percentile needs enough of them.
  double single_calls = 1;
  // Those of C++, as declared. The registry adds those of other compiled languages.
  std::vector<NativeVariant> native{};
  // Of a kernel whose variants are servers: what they are asked, and they. It has no inputs,
  // outputs, cost and .py, and `reference` and `baseline` name servers; `sizes` are rates in
  // requests a second.
  std::optional<Service> service{};
};

// The compiled variant of this lane and name; nullptr if there is none.
const NativeVariant* find_native(const Kernel& kernel, std::string_view lane,
                                 std::string_view name);

template <Element T>
InputField input(std::string name, Fill<T> fill, ShapeOf shape = vector_of_n) {
  return {
      std::move(name), dtype_of<T>(), std::move(shape),
      [fill = std::move(fill)](Buffer& buffer, Random& random) { fill(buffer.as<T>(), random); }};
}

// An input that a call changes in place: what it leaves there is a result, as an output is. Every
// call starts from the same content.
template <Element T>
InputField inout(std::string name, Fill<T> fill, ToleranceOf tolerance,
                 ShapeOf shape = vector_of_n) {
  InputField field = input<T>(std::move(name), std::move(fill), std::move(shape));
  field.tolerance = std::move(tolerance);
  return field;
}

template <Element T>
InputField inout(std::string name, Fill<T> fill, Tolerance tolerance = {},
                 ShapeOf shape = vector_of_n) {
  return inout<T>(
      std::move(name), std::move(fill), [tolerance](const Inputs&) { return tolerance; },
      std::move(shape));
}

template <Element T>
OutputField output(std::string name, Tolerance tolerance, ShapeOf shape = vector_of_n) {
  return {std::move(name), dtype_of<T>(), std::move(shape),
          [tolerance](const Inputs&) { return tolerance; }};
}

template <Element T>
OutputField output(std::string name, ToleranceOf tolerance, ShapeOf shape = vector_of_n) {
  return {std::move(name), dtype_of<T>(), std::move(shape), std::move(tolerance)};
}

// What is verified of a call: its outputs, then what it left in the inout fields, each in the order
// of declaration.
std::vector<OutputField> results_of(const Kernel& kernel);

// What a call of a variant with this job has to do at size n. Precondition: a cost is declared.
Cost cost_of(const Kernel& kernel, const std::string& job, std::size_t n);

// The bytes of all inputs and outputs at size n: the least that a call touches, which decides the
// cache that it fits in.
std::size_t working_set_bytes(const Kernel& kernel, std::size_t n);

// The sizes that are declared; 1 alone if they don't parse or are unknown (problems_of).
std::vector<std::size_t> own_sizes(const Kernel& kernel);

// What is wrong with a description at one size, in a sentence: a shape that no memory holds, a cost
// that is negative or no number.
std::optional<std::string> find_problem_at(const Kernel& kernel, std::size_t n);

// What is wrong with a description, in sentences; empty when nothing is. Includes the first of its
// own sizes at which something is.
std::vector<std::string> problems_of(const Kernel& kernel);

// Adds a kernel to those of this executable; called before main by GAPMETER_KERNEL.
class Registration {
 public:
  Registration(std::string_view source_file, Kernel (*describe)());
};

// Every kernel linked into this executable, by name; one whose description throws has its failure.
std::vector<Kernel> registered_kernels();

}  // namespace gapmeter

// Opens the one description of a file. The name comes from the file, so that it can't be mistyped;
// two descriptions in one file are a compile error.
#define GAPMETER_KERNEL()                                                                    \
  static ::gapmeter::Kernel gapmeter_describe();                                             \
  static const ::gapmeter::Registration gapmeter_registration(__FILE__, &gapmeter_describe); \
  static ::gapmeter::Kernel gapmeter_describe()
