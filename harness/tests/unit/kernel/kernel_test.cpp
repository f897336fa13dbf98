// Descriptions of kernels: each thing that can be wrong with one is reported; the registry.
#include "harness/kernel/kernel.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "harness/tests/unit/support/kernels.h"

namespace gapmeter {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

using Doubles = std::span<const double>;
using Floats = std::span<const float>;

double first(Doubles x) { return x[0]; }
float first_as_float(Doubles x) { return static_cast<float>(x[0]); }
std::vector<double> copy(Doubles x) { return {x.begin(), x.end()}; }
std::vector<double> copy_floats(Floats x) { return {x.begin(), x.end()}; }
std::vector<double> array_then_scalar(Doubles x, double /*factor*/) { return copy(x); }
std::vector<double> scalar_then_array(double /*factor*/, Doubles x) { return copy(x); }
void into(Doubles /*x*/, std::span<double> /*y*/) {}
void into_floats(Doubles /*x*/, std::span<float> /*y*/) {}
void into_nothing(Doubles /*x*/) {}

Kernel kernel_with(NativeVariant variant) {
  Kernel kernel = test::twice_kernel();
  kernel.reference = variant.name;
  kernel.native = {std::move(variant)};
  return kernel;
}

TEST(ProblemsOf, AGoodKernelAreNone) { EXPECT_THAT(problems_of(test::twice_kernel()), IsEmpty()); }

TEST(ProblemsOf, AcceptsEverySignatureThatFits) {
  EXPECT_THAT(problems_of(kernel_with(native<copy>("v"))), IsEmpty());
  EXPECT_THAT(problems_of(kernel_with(native<into>("v"))), IsEmpty());
  Kernel scalar_output = kernel_with(native<first>("v"));
  scalar_output.outputs = {output<double>("y", Tolerance{}, scalar)};
  EXPECT_THAT(problems_of(scalar_output), IsEmpty());
  // A scalar output is filled through a span, too.
  scalar_output.native = {native<into>("v")};
  EXPECT_THAT(problems_of(scalar_output), IsEmpty());
}

void change(std::span<double> /*x*/) {}
double change_and_return(std::span<double> x) { return x[0]; }
double change_prepared(const std::vector<double>& /*copy*/, std::span<double> x) { return x[0]; }

Kernel inout_kernel(NativeVariant variant) {
  Kernel kernel = kernel_with(std::move(variant));
  kernel.inputs = {inout<double>("x", uniform{-1, 1}, Tolerance{.abs = 0.5})};
  return kernel;
}

TEST(ProblemsOf, AcceptsEverySignatureThatChangesAnInput) {
  Kernel kernel = inout_kernel(native<change>("v"));
  kernel.outputs.clear();
  EXPECT_THAT(problems_of(kernel), IsEmpty());
  kernel.outputs = {output<double>("y", Tolerance{}, scalar)};
  kernel.native = {native<change_and_return>("v"), native<copy, change_prepared>("prepared")};
  EXPECT_THAT(problems_of(kernel), IsEmpty());
}

TEST(ProblemsOf, ReportsAnInoutFieldThatIsNotWritable) {
  EXPECT_THAT(problems_of(inout_kernel(native<copy>("v"))),
              ElementsAre("native/v is (f64[]) -> f64[], but the declared inputs and outputs ask "
                          "for (mutable f64[]) -> f64[]"));
}

TEST(ProblemsOf, ReportsAWritableInputThatIsNotInout) {
  Kernel kernel = kernel_with(native<change>("v"));
  kernel.outputs.clear();
  EXPECT_THAT(problems_of(kernel),
              ElementsAre("native/v is (mutable f64[]) -> nothing, but the declared inputs and "
                          "outputs ask for (f64[]) -> nothing"));
}

TEST(ProblemsOf, ReportsAnInoutScalar) {
  Kernel kernel = inout_kernel(native<change>("v"));
  kernel.inputs = {inout<double>("x", uniform{-1, 1}, Tolerance{}, scalar)};
  EXPECT_THAT(problems_of(kernel), ::testing::Contains(HasSubstr("inout field 'x' is a scalar")));
}

TEST(ProblemsOf, ReportsInputsThatPythonTakesForSomethingElse) {
  for (const char* name : {"n", "report", "metrics", "left_out"}) {
    Kernel kernel = test::twice_kernel();
    kernel.inputs[0].name = name;
    EXPECT_THAT(problems_of(kernel), ElementsAre(HasSubstr(name))) << name;
  }
  Kernel kernel = test::twice_kernel();
  kernel.outputs[0].name = "n";  // Python does not see it
  EXPECT_THAT(problems_of(kernel), IsEmpty());
}

TEST(ProblemsOf, ReportsACostThatIsNoneAtTheFirstOfItsSizes) {
  for (const double bad : {-1.0, -HUGE_VAL, HUGE_VAL, 1e31, std::nan("")}) {
    Kernel kernel = test::twice_kernel();
    kernel.cost = [bad](std::size_t n) { return Cost{.flops = n < 16 ? 1 : bad}; };
    EXPECT_THAT(problems_of(kernel),
                ElementsAre(AllOf(HasSubstr("the cost (.cost)"), HasSubstr("at n = 16"))));
    EXPECT_EQ(find_problem_at(kernel, 4), std::nullopt);
    kernel = test::twice_kernel();
    kernel.job_costs["view"] = [bad](std::size_t) { return Cost{.bytes = bad}; };
    EXPECT_THAT(problems_of(kernel), ElementsAre(HasSubstr("'view'")));
  }
}

TEST(ProblemsOf, ReportsAShapeThatNoMemoryHolds) {
  Kernel kernel = test::twice_kernel();
  kernel.sizes = "1,4";
  kernel.outputs[0].shape = [](std::size_t n) { return Shape{n - 2}; };
  EXPECT_THAT(problems_of(kernel),
              ElementsAre(AllOf(HasSubstr("the output 'y'"), HasSubstr("at n = 1"))));
}

TEST(ProblemsOf, ReportsNamesThatNoFileMayHold) {
  Kernel kernel = kernel_with(native<copy>("a b"));
  EXPECT_THAT(problems_of(kernel), ElementsAre(HasSubstr("'a b' can't be a name")));
  EXPECT_THAT(problems_of(kernel_with(native<copy>("naïve"))), IsEmpty());
}

TEST(ProblemsOf, OfADescriptionThatFailedIsThatAlone) {
  Kernel kernel{};
  kernel.failure = "it throws";
  EXPECT_THAT(problems_of(kernel), ElementsAre("it throws"));
}

TEST(ResultsOf, AreOutputsThenWhatIsLeftInInoutFields) {
  Kernel kernel = inout_kernel(native<change_and_return>("v"));
  kernel.inputs.push_back(input<double>("read", uniform{-1, 1}));
  const std::vector<OutputField> results = results_of(kernel);
  ASSERT_THAT(results, SizeIs(2));
  EXPECT_EQ(results[0].name, "y");
  EXPECT_EQ(results[1].name, "x");
  EXPECT_EQ(results[1].shape(5), Shape{5});
  EXPECT_EQ(results[1].tolerance({}).abs, 0.5);
}

TEST(ProblemsOf, ReportsAnInputOfAnotherType) {
  EXPECT_THAT(problems_of(kernel_with(native<copy_floats>("v"))),
              ElementsAre("native/v is (f32[]) -> f64[], but the declared inputs and outputs ask "
                          "for (f64[]) -> f64[]"));
}

TEST(ProblemsOf, ReportsAnOutputOfAnotherType) {
  EXPECT_THAT(problems_of(kernel_with(native<into_floats>("v"))),
              ElementsAre("native/v is (f64[], mutable f32[]) -> nothing, but the declared inputs "
                          "and outputs ask for (f64[], mutable f64[]) -> nothing"));
  Kernel scalar_output = kernel_with(native<first_as_float>("v"));
  scalar_output.outputs = {output<double>("y", Tolerance{}, scalar)};
  EXPECT_THAT(problems_of(scalar_output), ElementsAre(HasSubstr("native/v is (f64[]) -> f32")));
}

TEST(ProblemsOf, ReportsSingleCallsThatCannotBeMeant) {
  Kernel kernel = kernel_with(native<copy>("v"));
  for (const double factor : {-1.0, 1e6, std::nan("")}) {
    kernel.single_calls = factor;
    EXPECT_THAT(problems_of(kernel), ElementsAre(HasSubstr("single calls (.single_calls)")));
  }
  kernel.single_calls = 0;
  EXPECT_THAT(problems_of(kernel), IsEmpty());
}

Kernel with_ladder(std::vector<Rung> ladder) {
  Kernel kernel = test::twice_kernel();
  kernel.ladder = std::move(ladder);
  return kernel;
}

TEST(ProblemsOf, ALadderOfItsVariantsAreNone) {
  EXPECT_THAT(
      problems_of(with_ladder(
          {{"list", "python/loop"}, {"contiguous", "native/plain"}, {"SIMD", "native/fast"}})),
      IsEmpty());
}

TEST(ProblemsOf, ReportsRungsThatAreNone) {
  EXPECT_THAT(problems_of(with_ladder({{"list", "python/loop"}, {"SIMD", "native/nosuch"}})),
              ElementsAre("the rung 'native/nosuch' is no variant"));
  EXPECT_THAT(problems_of(with_ladder({{"list", "loop"}, {"SIMD", "native/fast"}})),
              ElementsAre("the rung 'loop' is no variant"));
  EXPECT_THAT(problems_of(with_ladder({{"", "python/loop"}, {"SIMD", "native/fast"}})),
              ElementsAre(HasSubstr("has no name")));
  EXPECT_THAT(problems_of(with_ladder({{"one", "native/fast"}, {"two", "native/fast"}})),
              ElementsAre("native/fast stands on the ladder twice"));
  EXPECT_THAT(problems_of(with_ladder({{"SIMD", "native/fast"}})),
              ElementsAre("a ladder of one rung leads nowhere"));
}

TEST(ProblemsOf, ReportsAScalarWhereAnArrayIsDeclared) {
  EXPECT_THAT(
      problems_of(kernel_with(native<first>("v"))),
      ElementsAre(AllOf(HasSubstr("is (f64[]) -> f64,"), HasSubstr("ask for (f64[]) -> f64[]"))));
}

TEST(ProblemsOf, ReportsParametersInTheWrongOrder) {
  Kernel kernel = kernel_with(native<array_then_scalar>("v"));
  kernel.inputs.push_back(input<double>("factor", uniform{1, 2}, scalar));
  EXPECT_THAT(problems_of(kernel), IsEmpty());
  kernel.native = {native<scalar_then_array>("v")};
  EXPECT_THAT(
      problems_of(kernel),
      ElementsAre(HasSubstr("native/v is (f64, f64[]) -> f64[], but the declared inputs and "
                            "outputs ask for (f64[], f64) -> f64[]")));
}

TEST(ProblemsOf, ReportsTooManyAndTooFewParameters) {
  EXPECT_THAT(problems_of(kernel_with(native<array_then_scalar>("v"))),
              ElementsAre(HasSubstr("(f64[], f64) -> f64[]")));
  EXPECT_THAT(problems_of(kernel_with(native<into_nothing>("v"))),
              ElementsAre(HasSubstr("ask for (f64[], mutable f64[]) -> nothing")));
}

TEST(ProblemsOf, ReportsAReturnedValueWhereTwoOutputsAreDeclared) {
  Kernel kernel = kernel_with(native<copy>("v"));
  kernel.outputs.push_back(output<double>("z", Tolerance{}));
  EXPECT_THAT(problems_of(kernel),
              ElementsAre("native/v returns a value, but the kernel has 2 outputs"));
}

TEST(ProblemsOf, ReportsAReturnedValueWhereNoneIsDeclared) {
  Kernel kernel = kernel_with(native<copy>("v"));
  kernel.outputs.clear();
  EXPECT_THAT(problems_of(kernel),
              ElementsAre("native/v returns a value, but the kernel has 0 outputs"));
}

TEST(ProblemsOf, ReportsAVariantDeclaredTwice) {
  Kernel kernel = test::twice_kernel();
  kernel.native.push_back(kernel.native[0]);
  EXPECT_THAT(problems_of(kernel), ElementsAre("native/plain is declared twice"));
}

TEST(ProblemsOf, ReportsAKernelWithoutNativeVariants) {
  Kernel kernel = test::twice_kernel();
  kernel.native.clear();
  EXPECT_THAT(problems_of(kernel), ElementsAre("no native variant is declared (.native)"));
}

TEST(ProblemsOf, ReportsAMissingReference) {
  Kernel kernel = test::twice_kernel();
  kernel.reference.clear();
  EXPECT_THAT(problems_of(kernel), ElementsAre("no reference is declared (.reference)"));
}

TEST(ProblemsOf, ReportsAReferenceThatIsNoNativeVariant) {
  Kernel kernel = test::twice_kernel();
  kernel.reference = "loop";
  EXPECT_THAT(problems_of(kernel),
              ElementsAre("the reference 'loop' is not among the compiled variants"));
}

TEST(ProblemsOf, ReportsAMissingTitleCostAndBaseline) {
  Kernel kernel = test::twice_kernel();
  kernel.title.clear();
  kernel.cost = nullptr;
  kernel.baseline.clear();
  EXPECT_THAT(problems_of(kernel),
              ElementsAre("no title is declared (.title)", "no cost is declared (.cost)",
                          "no baseline is declared (.baseline)"));
}

TEST(ProblemsOf, ReportsSizesThatDoNotParse) {
  Kernel kernel = test::twice_kernel();
  kernel.sizes = "16:8:2x";
  EXPECT_THAT(problems_of(kernel),
              ElementsAre(AllOf(HasSubstr("(.sizes)"), HasSubstr("'16:8:2x' ends before"))));
  kernel.sizes.clear();
  EXPECT_THAT(problems_of(kernel), ElementsAre(HasSubstr("(.sizes)")));
}

TEST(ProblemsOf, ReportsFieldsOfTheSameName) {
  Kernel inputs = test::twice_kernel();
  inputs.outputs[0].name = "x";
  EXPECT_THAT(problems_of(inputs), ElementsAre("two inputs or outputs are called 'x'"));
}

TEST(ProblemsOf, ReportsEverythingTogether) {
  Kernel kernel = kernel_with(native<copy_floats>("v"));
  kernel.title.clear();
  kernel.sizes = "x";
  kernel.reference = "other";
  kernel.outputs[0].name = "x";
  EXPECT_THAT(problems_of(kernel), SizeIs(5));
}

TEST(WorkingSet, IsTheBytesOfAllInputsAndOutputs) {
  Kernel kernel = test::twice_kernel();
  kernel.inputs.push_back(input<std::int32_t>("i", uniform{0, 1}, scalar));
  // 8 bytes for each element of x and y, 4 for i.
  EXPECT_EQ(working_set_bytes(kernel, 100), 1604U);
}

TEST(Tolerances, MayLookAtTheInputs) {
  const OutputField field = output<double>(
      "y", [](const Inputs& inputs) { return Tolerance{.abs = inputs["x"].as<double>()[0]}; });
  Inputs inputs{.n = 1, .fields = {}};
  inputs.fields.push_back({"x", test::buffer_of<double>({0.5})});
  EXPECT_EQ(field.tolerance(inputs).abs, 0.5);
}

Kernel titled_kernel() { return {.title = "registered by a test"}; }
const Registration zeta("some/where/zeta.cpp", &titled_kernel);
const Registration alpha("alpha.cpp", &titled_kernel);

TEST(Registry, NamesKernelsAfterTheirFilesAndSortsThem) {
  std::vector<std::string> names;
  for (const Kernel& kernel : registered_kernels()) names.push_back(kernel.name);
  EXPECT_THAT(names, ElementsAre("alpha", "zeta"));
  EXPECT_EQ(registered_kernels()[0].title, "registered by a test");
}

Kernel describe_badly() { throw std::invalid_argument("uniform{2, 1} needs finite bounds"); }

TEST(RegisteredKernels, HaveTheFailureOfADescriptionThatThrows) {
  const Registration registration("kernels/unfinished.cpp", &describe_badly);
  const std::vector<Kernel> kernels = registered_kernels();
  const auto found = std::find_if(kernels.begin(), kernels.end(),
                                  [](const Kernel& kernel) { return kernel.name == "unfinished"; });
  ASSERT_NE(found, kernels.end());
  EXPECT_THAT(found->failure, HasSubstr("uniform{2, 1} needs finite bounds"));
}

}  // namespace
}  // namespace gapmeter
