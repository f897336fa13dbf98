// Claims on production that are not one ratio over sizes: C31, C33, and what C30 tells along.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/tests/unit/support/evidence_rows.h"

namespace gapmeter {
namespace {

using test::contrast;
using test::decide;
using test::Level;
using test::outcome;
using test::operator+;
using test::rounds_around;
using test::row_of;
using test::SummaryRows;
using ::testing::HasSubstr;
using ::testing::SizeIs;

TEST(C30, TellsOfTheProgramsMemoryBeside) {
  SummaryRows rows = contrast("cold_start", "python/bare", "native/native", {{1, 9}});
  rows[0].metrics["program_peak_bytes"] = {9e6};
  rows[1].metrics["program_peak_bytes"] = {2e6};
  const auto told = test::beside(decide("C30", rows));
  ASSERT_THAT(told, SizeIs(2));
  EXPECT_EQ(told[0].value.value, 2e6);
  EXPECT_EQ(told[1].value.value, 9e6);
  EXPECT_EQ(told[1].unit, "bytes");
}

// How many times as long pure Python and NumPy take as a call of the core.
SummaryRows rivals(const std::vector<Level>& python, const std::vector<Level>& numpy) {
  return contrast("binding", "python/generator", "python/bound_buffer", python) +
         contrast("binding", "python/numpy", "python/bound_buffer", numpy);
}

TEST(C31, HoldsFromTheSizeWhereTheCorePays) {
  const Decision decision =
      decide("C31", rivals({{1, 0.7}, {16, 3}, {256, 20}}, {{1, 0.9}, {16, 1.06}, {256, 2}}));
  EXPECT_EQ(verdict_of(decision), "holds from n = 16");
  const auto numbers = test::deciding(decision);
  ASSERT_THAT(numbers, SizeIs(3));
  EXPECT_EQ(numbers[0].what, "python/generator over python/bound_buffer");
  EXPECT_EQ(numbers[1].what, "python/numpy over python/bound_buffer") << "the faster of both";
  EXPECT_EQ(numbers[1].line, 1.05);
}

TEST(C31, HoldsWhereItPaysAtEverySize) {
  EXPECT_EQ(outcome("C31", rivals({{1, 1.1}, {16, 3}}, {{1, 1.1}, {16, 2}})), Outcome::holds);
}

TEST(C31, FailsWhereEitherRivalIsAsFastAtEverySize) {
  EXPECT_EQ(outcome("C31", rivals({{1, 9}, {16, 9}}, {{1, 1}, {16, 1.04}})), Outcome::fails);
  EXPECT_EQ(outcome("C31", rivals({{1, 1}, {16, 1.04}}, {{1, 9}, {16, 9}})), Outcome::fails);
}

TEST(C31, HoldsUpToTheSizeWhereNumPyCatchesUp) {
  EXPECT_EQ(verdict_of(decide("C31", rivals({{1, 2}, {16, 9}}, {{1, 2}, {16, 1}}))),
            "holds up to n = 1");
}

TEST(C31, IsOpenWhereIntervalsHoldTheLine) {
  EXPECT_EQ(outcome("C31", rivals({{16, 9}}, {{16, 1.05, 0.1}})), Outcome::open);
}

TEST(C31, IsNotMeasuredWithoutEitherRival) {
  EXPECT_EQ(outcome("C31", rivals({{16, 9}}, {})), Outcome::not_measured);
  const Decision decision = decide("C31", rivals({}, {{16, 9}}));
  EXPECT_EQ(decision.outcome, Outcome::not_measured);
  EXPECT_THAT(decision.reason, HasSubstr("python/generator"));
}

TEST(C31, TellsWhereACopiedListPaysAndWhatACallCosts) {
  const Decision decision = decide(
      "C31",
      rivals({{1, 2}, {16, 2}}, {{1, 2}, {16, 2}}) +
          contrast("binding", "python/generator", "python/bound_list", {{1, 1}, {16, 2}}) +
          contrast("binding", "python/bound_buffer", "native/direct", {{1, 37}, {16, 1.06}}));
  EXPECT_THAT(decision.reason,
              HasSubstr("with a list, which is copied, against pure Python: holds from n = 16"));
  EXPECT_THAT(decision.reason, HasSubstr("within 1.1 times a native call: holds from n = 16"));
  EXPECT_THAT(test::beside(decision), SizeIs(3)) << "the call at both sizes, and the list";
  EXPECT_THAT(decide("C31", rivals({{1, 2}}, {{1, 2}})).reason,
              HasSubstr("within 1.1 times a native call: not measured here"));
}

SummaryRows mlp(const std::vector<Level>& levels, const char* python = "python/numpy") {
  return contrast("mlp_infer", python, "native/simd", levels);
}
SummaryRows trees(const std::vector<Level>& levels) {
  return contrast("tree_ensemble", "python/sklearn", "native/complete", levels);
}

TEST(C33, HoldsWhereBothModelsAreFiveTimesAsFast) {
  const Decision decision = decide("C33", mlp({{1, 5.1}, {64, 1}}) + trees({{1, 100}, {64, 2}}));
  EXPECT_EQ(decision.outcome, Outcome::holds);
  const auto numbers = test::deciding(decision);
  ASSERT_THAT(numbers, SizeIs(2));
  EXPECT_EQ(numbers[0].kernel, "mlp_infer");
  EXPECT_EQ(numbers[0].n, 1U);
  EXPECT_DOUBLE_EQ(numbers[0].value.value, 5.1);
  EXPECT_EQ(numbers[0].line, 5);
  const auto told = test::beside(decision);
  ASSERT_THAT(told, SizeIs(2)) << "the largest batches";
  EXPECT_EQ(told[0].n, 64U);
  EXPECT_NEAR(told[1].value.value, 2, 1e-9);
}

TEST(C33, FailsWhereOneIsNot) {
  EXPECT_EQ(outcome("C33", mlp({{1, 4.9}}) + trees({{1, 100}})), Outcome::fails);
  EXPECT_EQ(outcome("C33", mlp({{1, 100}}) + trees({{1, 4.9}})), Outcome::fails);
}

TEST(C33, IsOpenWhereAnIntervalHoldsTheLine) {
  EXPECT_EQ(outcome("C33", mlp({{1, 5, 0.1}}) + trees({{1, 100}})), Outcome::open);
}

TEST(C33, IsHeldAgainstTheFastestPythonVariant) {
  EXPECT_EQ(outcome("C33", mlp({{1, 50}}) + mlp({{1, 3}}, "python/loops") + trees({{1, 100}})),
            Outcome::fails);
}

TEST(C33, IsNotMeasuredWithoutOneSampleOfBothModels) {
  EXPECT_EQ(decide("C33", mlp({{1, 50}})).reason,
            "the run has no rows of tree_ensemble with native/complete and a Python variant "
            "at n = 1");
  EXPECT_EQ(outcome("C33", mlp({{1, 50}})), Outcome::not_measured);
  EXPECT_EQ(outcome("C33", mlp({{1, 50}}) + trees({{8, 50}})), Outcome::not_measured);
  const SummaryRow python_alone = row_of("tree_ensemble", "python/sklearn", 1, rounds_around(10));
  EXPECT_EQ(outcome("C33", mlp({{1, 50}}) + trees({{8, 50}}) + SummaryRows{python_alone}),
            Outcome::not_measured)
      << "a batch of eight is none of one";
}

}  // namespace
}  // namespace gapmeter
