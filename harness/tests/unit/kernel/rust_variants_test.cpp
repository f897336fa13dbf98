// Rust variants, without Rust: functions of C++ stand for those that a library hands over.
#include "harness/kernel/rust_variants.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>

#include "harness/tests/unit/support/kernels.h"
#include "harness/tests/unit/support/testing.h"

extern "C" void gapmeter_rust_raise(gapmeter::rust::Text message);
extern "C" void gapmeter_rust_report(gapmeter::Metrics* metrics, gapmeter::rust::Text name,
                                     double value);

namespace gapmeter {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr rust::Text text(std::string_view text) { return {text.data(), text.size()}; }
constexpr ParameterType doubles{Kind::array, DType::f64};
constexpr ParameterType writable{Kind::writable_array, DType::f64};
constexpr ParameterType size{Kind::size, DType::u8};
constexpr ParameterType report{Kind::report, DType::u8};
constexpr ParameterType nothing{Kind::nothing, DType::u8};

// What is bound: the arguments as they were handed over.
struct Bound {
  std::array<rust::Argument, 3> arguments;
};
int bound_now = 0;

template <std::size_t count>
void* bind(const rust::Argument* arguments, rust::Argument** slots) {
  auto* bound = new Bound{};
  std::copy_n(arguments, count, bound->arguments.begin());
  for (std::size_t i = 0; i < count; ++i) slots[i] = &bound->arguments[i];
  ++bound_now;
  return bound;
}
void* bind_and_report(const rust::Argument* arguments, rust::Argument** slots) {
  gapmeter_rust_report(static_cast<Metrics*>(arguments[1].data), text("made_bytes"), 5);
  return bind<2>(arguments, slots);
}
void release(void* bound) {
  --bound_now;
  delete static_cast<Bound*>(bound);
}

std::span<double> elements(void* bound, std::size_t argument) {
  const rust::Argument memory = static_cast<Bound*>(bound)->arguments[argument];
  return {static_cast<double*>(memory.data), memory.count};
}

// y = n x
void scale(void* bound) {
  const auto y = elements(bound, 0), x = elements(bound, 2);
  const auto n = static_cast<double>(static_cast<Bound*>(bound)->arguments[1].count);
  for (std::size_t i = 0; i < y.size(); ++i) y[i] = n * x[i];
}
void change(void* bound) { elements(bound, 0)[0] += 1; }
void fail(void* /*bound*/) { gapmeter_rust_raise(text("panicked: no")); }

// 2 x
std::size_t twice(void* bound, void* target, std::size_t count) {
  const auto x = elements(bound, 0);
  if (count == x.size()) {
    std::transform(x.begin(), x.end(), static_cast<double*>(target),
                   [](double value) { return 2 * value; });
  }
  return x.size();
}
std::size_t too_many(void* /*bound*/, void* /*target*/, std::size_t count) { return count + 1; }

rust::Elements no_elements(void* /*bound*/) { return {DType::u8, {nullptr, 0}}; }
rust::Elements its_input(void* bound) {
  return {DType::f64, static_cast<Bound*>(bound)->arguments[0]};
}

// The variant with these parameters; the functions are replaced by who needs others.
template <std::size_t count>
rust::Variant variant_of(const std::array<rust::Text, count>& names,
                         const std::array<ParameterType, count>& types, ParameterType returned) {
  return {.name = text("v"),
          .job = text("copy"),
          .names = {names.data(), count},
          .preparation = {nullptr, 0},
          .parameters = {types.data(), count},
          .returned = returned,
          .is_prepared = false,
          .bind = bind<count>,
          .invoke = fail,
          .result = twice,
          .elements = no_elements,
          .release = release};
}

// A kernel to which the registry has added this one variant.
Kernel kernel_with(const rust::Variant& variant, const std::string& name) {
  const rust::Stem stem{text(name), {&variant, 1}};
  const RustRegistration registration(rust::Library{&stem, 1});
  Kernel kernel = test::twice_kernel(name);
  append_rust_variants(kernel);
  return kernel;
}

Inputs inputs_of(bool inout = false) {
  Inputs inputs{.n = 3, .fields = {}};
  inputs.fields.push_back({"x", test::buffer_of<double>({1, 2, 3}), inout});
  return inputs;
}
const OutputShape three{DType::f64, {3}};

constexpr std::array only_x{text("x")};
constexpr std::array only_doubles{doubles};

TEST(RustVariants, ArePartOfTheKernelOfTheirStem) {
  const Kernel kernel = kernel_with(variant_of(only_x, only_doubles, doubles), "of_stem");
  const NativeVariant* found = find_native(kernel, "rust", "v");
  ASSERT_NE(found, nullptr);
  EXPECT_EQ(found->job, "copy");
  EXPECT_EQ(find_native(kernel, "native", "v"), nullptr);
  EXPECT_THAT(problems_of(kernel), IsEmpty());
  Kernel other = test::twice_kernel("another_stem");
  append_rust_variants(other);
  EXPECT_EQ(find_native(other, "rust", "v"), nullptr);
  const std::vector<std::string> files = registered_rust_files();
  EXPECT_EQ(std::count(files.begin(), files.end(), "of_stem"), 1);
}

TEST(RustVariants, ReturnWhatTheyReturn) {
  const Kernel kernel = kernel_with(variant_of(only_x, only_doubles, doubles), "returning");
  const Inputs inputs = inputs_of();
  {
    const auto call = kernel.native.back().bind(inputs, {three});
    EXPECT_THAT(test::elements_of<double>(call->result().at(0)), ElementsAre(2, 4, 6));
    EXPECT_EQ(bound_now, 1);
  }
  EXPECT_EQ(bound_now, 0);
}

TEST(RustVariants, OfTheWrongLengthAreWrong) {
  rust::Variant variant = variant_of(only_x, only_doubles, doubles);
  variant.result = too_many;
  const Kernel kernel = kernel_with(variant, "too_long");
  const Inputs inputs = inputs_of();
  const auto call = kernel.native.back().bind(inputs, {three});
  EXPECT_EQ(test::message_of<WrongResult>([&] { call->result(); }),
            "returned 4 values, expected 3");
}

TEST(RustVariants, TakeInputsOutputsAndTheSizeByName) {
  constexpr std::array names{text("y"), text("n"), text("x")};
  constexpr std::array types{writable, size, doubles};
  rust::Variant variant = variant_of(names, types, nothing);
  variant.invoke = scale;
  const Kernel kernel = kernel_with(variant, "by_name");
  EXPECT_THAT(problems_of(kernel), IsEmpty());
  const Inputs inputs = inputs_of();
  const auto call = kernel.native.back().bind(inputs, {three});
  EXPECT_THAT(test::elements_of<double>(call->result().at(0)), ElementsAre(3, 6, 9));
  call->invoke()();
}

TEST(RustVariants, RaiseWhatTheTimedLoopCanThrow) {
  const Kernel kernel = kernel_with(variant_of(only_x, only_doubles, doubles), "raising");
  const Inputs inputs = inputs_of();
  const auto call = kernel.native.back().bind(inputs, {three});
  EXPECT_EQ(test::message_of<std::runtime_error>([&] { call->invoke()(); }), "panicked: no");
}

TEST(RustVariants, EachCallChangesACopyOfItsOwn) {
  constexpr std::array types{writable};
  rust::Variant variant = variant_of(only_x, types, nothing);
  variant.invoke = change;
  const Kernel kernel = kernel_with(variant, "in_place");
  const Inputs inputs = inputs_of(/*inout=*/true);
  const auto call = kernel.native.back().bind(inputs, {});
  call->restore(2);
  call->invoke()();
  call->invoke()();
  EXPECT_EQ(call->calls_left(), 0);
  EXPECT_THAT(test::elements_of<double>(call->result().at(0)), ElementsAre(2, 2, 3));
  EXPECT_THAT(test::elements_of<double>(inputs["x"]), ElementsAre(1, 2, 3));
}

TEST(RustVariants, APreparationReportsAndItsElementsAreKnown) {
  constexpr std::array names{text("x"), text("report")};
  constexpr std::array types{doubles, report};
  rust::Variant variant = variant_of(names, types, doubles);
  variant.preparation = {types.data(), 2};
  variant.parameters = {nullptr, 0};
  variant.is_prepared = true;
  variant.bind = bind_and_report;
  variant.elements = its_input;
  const Kernel kernel = kernel_with(variant, "prepared");
  EXPECT_THAT(problems_of(kernel), IsEmpty());
  const Inputs inputs = inputs_of();
  const auto call = kernel.native.back().bind(inputs, {three});
  EXPECT_THAT(call->metrics(), ElementsAre(Metric{"made_bytes", 5}));
  EXPECT_EQ(call->prepared_elements().dtype, DType::f64);
  EXPECT_THAT(call->prepared_elements().bytes, SizeIs(3 * sizeof(double)));
}

std::vector<std::string> problems_with(rust::Text name, ParameterType type,
                                       ParameterType returned) {
  static int number = 0;  // the registry keeps what it was given
  const std::array names{name};
  const std::array types{type};
  const std::string stem = "problem_" + std::to_string(++number);
  return problems_of(kernel_with(variant_of(names, types, returned), stem));
}

TEST(RustVariants, WithNamesAndTypesThatDoNotFitAreProblems) {
  EXPECT_THAT(problems_with(text("z"), doubles, doubles),
              ElementsAre("rust/v takes 'z', which is no input or output of the kernel"));
  EXPECT_THAT(problems_with(text("report"), report, doubles),
              ElementsAre("rust/v takes 'report', which is no input or output of the kernel"));
  EXPECT_THAT(problems_with(text("x"), doubles, nothing),
              ElementsAre("rust/v does not take 'y', which a call is to write"));
  EXPECT_THAT(
      problems_with(text("x"), writable, doubles),
      ElementsAre("rust/v is (mutable f64[]) -> f64[], but the declared inputs and outputs ask for "
                  "(f64[]) -> f64[]"));
}

TEST(RustVariants, OfABuildWithoutCompilerAreKnownWithTheReason) {
  const RustRegistration registration({{"unbuilt", "v", "copy"}}, "no cargo");
  Kernel kernel = test::twice_kernel("unbuilt");
  append_rust_variants(kernel);
  const NativeVariant* found = find_native(kernel, "rust", "v");
  ASSERT_NE(found, nullptr);
  EXPECT_EQ(found->missing, "no cargo");
  EXPECT_EQ(found->job, "copy");
  EXPECT_THAT(problems_of(kernel), IsEmpty());
}

TEST(RustVariants, CanBeTheReference) {
  Kernel kernel = kernel_with(variant_of(only_x, only_doubles, doubles), "its_reference");
  kernel.reference = "rust/v";
  EXPECT_THAT(problems_of(kernel), IsEmpty());
  kernel.reference = "rust/plain";
  EXPECT_THAT(problems_of(kernel),
              ElementsAre("the reference 'rust/plain' is not among the compiled variants"));
}

}  // namespace
}  // namespace gapmeter
