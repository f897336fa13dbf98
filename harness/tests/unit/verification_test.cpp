// Is a result right? What must match, and above all what must not.
#include "harness/worker/verification.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <limits>

#include "harness/tests/unit/testing.h"

namespace gapmeter {
namespace {

using test::buffer_of;
using ::testing::AllOf;
using ::testing::HasSubstr;

constexpr double infinity = std::numeric_limits<double>::infinity();
const double nan = std::nan("");

OutputCheck compare_one(double expected, double actual, Tolerance tolerance) {
  return check_output(buffer_of<double>({expected}), buffer_of<double>({actual}), tolerance);
}

bool match(double expected, double actual, Tolerance tolerance = {}) {
  return compare_one(expected, actual, tolerance).matches;
}

TEST(AbsoluteTolerance, IncludesItsLimit) {
  EXPECT_TRUE(match(1, 1.5, {.abs = 0.5}));
  EXPECT_TRUE(match(1, 0.5, {.abs = 0.5}));
  EXPECT_TRUE(match(0, -0.5, {.abs = 0.5}));
}

TEST(AbsoluteTolerance, EndsJustOverItsLimit) {
  EXPECT_FALSE(match(1, std::nextafter(1.5, 2), {.abs = 0.5}));
  EXPECT_FALSE(match(1, 0.5 - 0x1p-52, {.abs = 0.5}));
}

TEST(RelativeTolerance, IsOfTheExpectedValueNotTheActualOne) {
  EXPECT_TRUE(match(8, 10, {.rel = 0.25}));
  EXPECT_TRUE(match(-8, -10, {.rel = 0.25}));
  // A quarter of 10 would be 2.5.
  EXPECT_FALSE(match(8, 10.25, {.rel = 0.25}));
  EXPECT_FALSE(match(10, 7.25, {.rel = 0.25}));
}

TEST(RelativeTolerance, EndsJustOverItsLimit) {
  EXPECT_FALSE(match(8, std::nextafter(10, 11), {.rel = 0.25}));
  EXPECT_FALSE(match(-8, std::nextafter(-10, -11), {.rel = 0.25}));
}

TEST(RelativeTolerance, AllowsNothingAroundZero) {
  EXPECT_TRUE(match(0, 0, {.rel = 0.25}));
  EXPECT_FALSE(match(0, std::numeric_limits<double>::denorm_min(), {.rel = 0.25}));
}

TEST(Tolerance, AddsBothParts) {
  EXPECT_TRUE(match(8, 10.5, {.abs = 0.5, .rel = 0.25}));
  EXPECT_FALSE(match(8, std::nextafter(10.5, 11), {.abs = 0.5, .rel = 0.25}));
}

TEST(Tolerance, OfZeroMeansEqual) {
  EXPECT_TRUE(match(1.25, 1.25));
  EXPECT_FALSE(match(1.25, std::nextafter(1.25, 2)));
}

TEST(Tolerance, TakesZerosOfEitherSignAsEqual) { EXPECT_TRUE(match(0.0, -0.0)); }

TEST(Tolerance, ThatIsNanMatchesNothing) {
  EXPECT_FALSE(match(1, 1, {.abs = nan}));
  EXPECT_FALSE(match(1, 1.5, {.rel = nan}));
}

TEST(NanRule, NanMatchesNanAlone) {
  EXPECT_TRUE(match(nan, nan));
  EXPECT_TRUE(match(nan, -nan));
  EXPECT_FALSE(match(1, nan));
  EXPECT_FALSE(match(nan, 1));
}

TEST(NanRule, NoToleranceReachesNan) {
  EXPECT_FALSE(match(1, nan, {.abs = infinity, .rel = infinity}));
  EXPECT_FALSE(match(nan, 1, {.abs = infinity, .rel = infinity}));
  EXPECT_FALSE(match(nan, infinity, {.abs = infinity}));
}

TEST(InfinityRule, AnInfinityMatchesTheSameOneAlone) {
  EXPECT_TRUE(match(infinity, infinity));
  EXPECT_TRUE(match(-infinity, -infinity));
  EXPECT_FALSE(match(infinity, -infinity));
  EXPECT_FALSE(match(-infinity, infinity));
}

TEST(InfinityRule, NoToleranceReachesAnInfinity) {
  const double largest = std::numeric_limits<double>::max();
  EXPECT_FALSE(match(infinity, largest, {.abs = 1, .rel = 1}));
  EXPECT_FALSE(match(largest, infinity, {.abs = infinity, .rel = 1}));
}

template <class T>
class WholeNumbers : public ::testing::Test {};
using WholeTypes = ::testing::Types<std::int32_t, std::int64_t, std::uint8_t>;
TYPED_TEST_SUITE(WholeNumbers, WholeTypes);

TYPED_TEST(WholeNumbers, MatchOnlyWhenEqualWhateverTheTolerance) {
  using T = TypeParam;
  EXPECT_TRUE(check_output(buffer_of<T>({7, 100}), buffer_of<T>({7, 100}), {}).matches);
  EXPECT_FALSE(
      check_output(buffer_of<T>({7, 100}), buffer_of<T>({7, 101}), {.abs = 5, .rel = 5}).matches);
}

TEST(WholeNumberValues, AreExactWhereDoublesAreNot) {
  constexpr std::int64_t two_to_53 = std::int64_t{1} << 53;
  EXPECT_FALSE(
      check_output(buffer_of<std::int64_t>({two_to_53}), buffer_of<std::int64_t>({two_to_53 + 1}), {})
          .matches);
}

TEST(WholeNumberValues, OfAnotherWidthAreComparedByValue) {
  EXPECT_TRUE(check_output(buffer_of<std::int32_t>({-1}), buffer_of<std::int64_t>({-1}), {}).matches);
  EXPECT_TRUE(check_output(buffer_of<std::uint8_t>({255}), buffer_of<std::int64_t>({255}), {}).matches);
  EXPECT_FALSE(check_output(buffer_of<std::uint8_t>({255}), buffer_of<std::int64_t>({-1}), {}).matches);
  EXPECT_FALSE(
      check_output(buffer_of<std::int32_t>({0}), buffer_of<std::int64_t>({std::int64_t{1} << 32}), {})
          .matches);
}

TEST(ElementTypes, FloatsAreComparedWithDoublesInDoublePrecision) {
  EXPECT_TRUE(check_output(buffer_of<float>({0.5F}), buffer_of<double>({0.5}), {}).matches);
  EXPECT_FALSE(check_output(buffer_of<float>({0.1F}), buffer_of<double>({0.1}), {}).matches);
  EXPECT_TRUE(check_output(buffer_of<float>({0.1F}), buffer_of<double>({0.1}), {.abs = 1e-8}).matches);
}

TEST(ElementTypes, AFloatingActualNeverMatchesAWholeExpected) {
  const OutputCheck check =
      check_output(buffer_of<std::int64_t>({1}), buffer_of<double>({1}), {.abs = 10, .rel = 10});
  EXPECT_FALSE(check.matches);
  EXPECT_EQ(check.difference, "its type is f64, expected i64");
}

TEST(ElementTypes, AWholeActualNeverMatchesAFloatingExpected) {
  const OutputCheck check =
      check_output(buffer_of<float>({1}), buffer_of<std::int32_t>({1}), {.abs = 10, .rel = 10});
  EXPECT_FALSE(check.matches);
  EXPECT_EQ(check.difference, "its type is i32, expected f32");
}

TEST(Shapes, MustBeEqual) {
  const OutputCheck check =
      check_output(buffer_of<double>({1, 2, 3, 4}, {2, 2}), buffer_of<double>({1, 2, 3, 4}), {});
  EXPECT_FALSE(check.matches);
  EXPECT_EQ(check.difference, "its shape is [4], expected [2, 2]");
}

TEST(Shapes, OfOtherLengthNeverMatch) {
  EXPECT_FALSE(check_output(buffer_of<double>({1, 2}), buffer_of<double>({1}), {.abs = 100}).matches);
  EXPECT_FALSE(check_output(buffer_of<double>({1}), buffer_of<double>({1, 2}), {.abs = 100}).matches);
  EXPECT_FALSE(check_output(buffer_of<double>({1}, {}), buffer_of<double>({1}), {}).matches);
}

TEST(Shapes, OfNothingMatch) {
  EXPECT_TRUE(check_output(Buffer(DType::f64, {0}), Buffer(DType::f64, {0}), {}).matches);
}

TEST(MaxError, IsTheLargestDifferenceEvenWhenAllMatch) {
  const OutputCheck check =
      check_output(buffer_of<double>({1, 2, 3}), buffer_of<double>({1.25, 1.5, 3}), {.abs = 0.5});
  EXPECT_TRUE(check.matches);
  EXPECT_EQ(check.max_error, 0.5);
}

TEST(MaxError, GoesOnBeyondTheFirstDifference) {
  const OutputCheck check = check_output(buffer_of<double>({0, 0, 0}), buffer_of<double>({0, 1, -8}), {});
  EXPECT_FALSE(check.matches);
  EXPECT_EQ(check.max_error, 8);
}

TEST(MaxError, LeavesOutNanAndInfinity) {
  const OutputCheck check = check_output(buffer_of<double>({nan, infinity, 1, 2}),
                                  buffer_of<double>({nan, infinity, infinity, 2.25}), {.abs = 1});
  EXPECT_FALSE(check.matches);
  EXPECT_EQ(check.max_error, 0.25);
}

TEST(MaxError, OfWholeNumbersIsTheirDistance) {
  EXPECT_EQ(
      check_output(buffer_of<std::int32_t>({3, -4}), buffer_of<std::int32_t>({3, 6}), {}).max_error, 10);
}

TEST(MaxError, OfHugeWholeNumbersIsNotLostInRounding) {
  constexpr std::int64_t two_to_53 = std::int64_t{1} << 53;
  const OutputCheck check =
      check_output(buffer_of<std::int64_t>({two_to_53}), buffer_of<std::int64_t>({two_to_53 + 1}), {});
  EXPECT_FALSE(check.matches);
  EXPECT_EQ(check.max_error, 1);
}

TEST(Difference, NamesTheFirstElementThatDiffers) {
  const OutputCheck check =
      check_output(buffer_of<double>({1, 2, 3}), buffer_of<double>({1, 2.5, 9}), {.abs = 0.25});
  EXPECT_EQ(check.difference, "element 1 is 2.5, expected 2");
}

TEST(Difference, IsEmptyWhenAllMatch) { EXPECT_EQ(compare_one(1, 1, {}).difference, ""); }

TEST(Difference, ShowsBytesAsNumbers) {
  EXPECT_EQ(check_output(buffer_of<std::uint8_t>({65}), buffer_of<std::uint8_t>({66}), {}).difference,
            "element 0 is 66, expected 65");
}

class CompareOutputs : public ::testing::Test {
 protected:
  CompareOutputs() {
    kernel_.outputs = {output<double>("total", Tolerance{.abs = 1}, scalar),
                       output<std::int32_t>("counts", Tolerance{})};
  }
  OutputCheck compare_with(double total, std::int32_t count) const {
    return check_outputs(kernel_, inputs_, outputs(10, 5), outputs(total, count));
  }
  static std::vector<Buffer> outputs(double total, std::int32_t count) {
    std::vector<Buffer> all;
    all.push_back(buffer_of<double>({total}, {}));
    all.push_back(buffer_of<std::int32_t>({count}));
    return all;
  }

  Kernel kernel_ = test::twice_kernel();
  Inputs inputs_{.n = 1, .fields = {}};
};

TEST_F(CompareOutputs, UsesEachFieldsTolerance) {
  EXPECT_TRUE(compare_with(11, 5).matches);
  EXPECT_FALSE(compare_with(11, 6).matches);
  EXPECT_FALSE(compare_with(11.5, 5).matches);
}

TEST_F(CompareOutputs, NamesTheOutputThatDiffersFirst) {
  EXPECT_THAT(compare_with(20, 6).difference,
              AllOf(HasSubstr("output 'total'"), HasSubstr("element 0 is 20, expected 10")));
  EXPECT_THAT(compare_with(10, 6).difference, HasSubstr("output 'counts'"));
}

TEST_F(CompareOutputs, ReportsTheLargestErrorOfAllOutputs) {
  EXPECT_EQ(compare_with(10.5, 9).max_error, 4);
  EXPECT_EQ(compare_with(10.5, 5).max_error, 0.5);
}

TEST_F(CompareOutputs, AMissingOrSurplusOutputIsADifference) {
  std::vector<Buffer> one = outputs(10, 5), three = outputs(10, 5);
  one.pop_back();
  three.push_back(buffer_of<double>({1}));
  const OutputCheck missing = check_outputs(kernel_, inputs_, outputs(10, 5), one);
  const OutputCheck surplus = check_outputs(kernel_, inputs_, outputs(10, 5), three);
  EXPECT_FALSE(missing.matches);
  EXPECT_EQ(missing.difference, "1 outputs, expected 2");
  EXPECT_FALSE(surplus.matches);
}

}  // namespace
}  // namespace gapmeter
