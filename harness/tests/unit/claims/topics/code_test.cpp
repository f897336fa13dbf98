// Claims on how code runs that are not one ratio: C07, C10 and C11.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/tests/unit/support/evidence_rows.h"

namespace gapmeter {
namespace {

using test::contrast;
using test::decide;
using test::outcome;
using test::operator+;
using test::rounds_around;
using test::row_of;
using test::SummaryRows;
using test::with_metric;
using ::testing::HasSubstr;
using ::testing::SizeIs;

SummaryRow loop_that_makes(std::vector<double> objects_per_addition) {
  return with_metric(row_of("sum", "python/loop", 1024, rounds_around(10)), "objects_per_addition",
                     std::move(objects_per_addition));
}

TEST(C07, HoldsWhereNearlyEveryTotalIsANewObject) {
  const Decision decision = decide("C07", {loop_that_makes({1, 1, 1, 1, 1, 1})});
  EXPECT_EQ(decision.outcome, Outcome::holds);
  EXPECT_EQ(test::deciding(decision).at(0).line, 0.9);
}

TEST(C07, FailsWhereTotalsAreReused) {
  EXPECT_EQ(outcome("C07", {loop_that_makes({0.5, 0.5, 0.5, 0.5, 0.5, 0.5})}), Outcome::fails);
}

TEST(C07, IsOpenWhereRoundsDisagree) {
  EXPECT_EQ(outcome("C07", {loop_that_makes({0.8, 0.8, 0.8, 1, 1, 1})}), Outcome::open);
}

TEST(C07, IsNotMeasuredWhereNothingCounts) {
  const Decision decision = decide("C07", {row_of("sum", "python/loop", 1024, rounds_around(10))});
  EXPECT_EQ(decision.outcome, Outcome::not_measured);
  EXPECT_THAT(decision.reason, HasSubstr("sum with python/loop that tell objects_per_addition"));
}

TEST(C07, TellsOfAllocationsBeside) {
  SummaryRow loop = loop_that_makes(std::vector<double>(6, 1.0));
  loop.metrics["allocations_per_addition"] = std::vector<double>(6, 0.25);
  const SummaryRow builtin = with_metric(row_of("sum", "python/builtin", 1024, rounds_around(10)),
                                         "allocations_per_addition", std::vector<double>(6, 0.0));
  const auto told = test::beside(decide("C07", {loop, builtin}));
  ASSERT_THAT(told, SizeIs(2));
  EXPECT_EQ(told[0].value.value, 0.25);
  EXPECT_EQ(told[1].value.value, 0);
}

struct Abstractions {
  double algorithm, ranges, lambda;
};

// Times of the abstractions over the raw loop's at n = 16 and at n = 256.
SummaryRows zero_cost(const Abstractions& small, const Abstractions& large, double spread = 0) {
  const auto of = [&](const char* variant, double at_small, double at_large) {
    return contrast("zero_cost", variant, "native/raw_loop",
                    {{16, at_small, spread}, {256, at_large, spread}});
  };
  return of("native/algorithm", small.algorithm, large.algorithm) +
         of("native/ranges", small.ranges, large.ranges) +
         of("native/lambda", small.lambda, large.lambda);
}

TEST(C10, HoldsWhereTheWorstAbstractionCostsNothing) {
  EXPECT_EQ(outcome("C10", zero_cost({1, 1.04, 0.9}, {1, 1, 1})), Outcome::holds);
}

TEST(C10, FailsWhereAnyCostsSomethingAtEachSize) {
  const Decision decision = decide("C10", zero_cost({1, 1.06, 1}, {1, 1, 3}));
  EXPECT_EQ(decision.outcome, Outcome::fails);
  EXPECT_EQ(decision.figures[0].what, "native/ranges over native/raw_loop");
  EXPECT_EQ(decision.figures[0].n, 16U);
  EXPECT_EQ(decision.figures[1].what, "native/lambda over native/raw_loop");
  EXPECT_EQ(decision.figures[1].n, 256U);
}

TEST(C10, HoldsFromTheSizeWhereNoneCostsAnything) {
  const Decision decision = decide("C10", zero_cost({1, 1, 2}, {1, 1, 1}));
  EXPECT_EQ(decision.outcome, Outcome::holds_from);
  EXPECT_EQ(decision.n, 256U);
}

TEST(C10, HoldsUpToTheSizeWhereAllOfThemCostNothing) {
  EXPECT_EQ(verdict_of(decide("C10", zero_cost({1, 1, 1}, {2, 1, 1}))), "holds up to n = 16");
}

TEST(C10, IsOpenWhereIntervalsHoldTheLine) {
  EXPECT_EQ(outcome("C10", zero_cost({1, 1.05, 1}, {1, 1.05, 1}, 0.1)), Outcome::open);
}

TEST(C10, AnAbstractionThatIsUndecidedDoesNotHideBehindOneThatCostsNothing) {
  const SummaryRows rows =
      contrast("zero_cost", "native/algorithm", "native/raw_loop", {{256, 1.04}}) +
      contrast("zero_cost", "native/ranges", "native/raw_loop", {{256, 1.02, 0.2}}) +
      contrast("zero_cost", "native/lambda", "native/raw_loop", {{256, 1}});
  EXPECT_EQ(outcome("C10", rows), Outcome::open);
}

TEST(C10, AnAbstractionThatCostsDoesNotHideBehindOneThatIsUndecided) {
  const SummaryRows rows =
      contrast("zero_cost", "native/algorithm", "native/raw_loop", {{256, 1.1, 0.2}}) +
      contrast("zero_cost", "native/ranges", "native/raw_loop", {{256, 1.06}}) +
      contrast("zero_cost", "native/lambda", "native/raw_loop", {{256, 1}});
  EXPECT_EQ(outcome("C10", rows), Outcome::fails);
}

TEST(C10, IsNotMeasuredWithoutTheRawLoop) {
  EXPECT_EQ(outcome("C10", {row_of("zero_cost", "native/lambda", 16, rounds_around(10))}),
            Outcome::not_measured);
}

TEST(C10, IsNotMeasuredWhereOneOfThemIsMissing) {
  EXPECT_EQ(outcome("C10", contrast("zero_cost", "native/lambda", "native/raw_loop", {{256, 1}})),
            Outcome::not_measured);
}

TEST(C10, EachIsToldBesideAndStdFunctionDecidesNothing) {
  const Decision decision =
      decide("C10", zero_cost({1, 1, 1}, {1, 1, 1}) + contrast("zero_cost", "native/std_function",
                                                               "native/raw_loop", {{256, 5}}));
  EXPECT_EQ(decision.outcome, Outcome::holds);
  ASSERT_THAT(test::beside(decision), SizeIs(4));
  EXPECT_DOUBLE_EQ(test::beside(decision)[3].value.value, 5);
}

SummaryRow unfused(std::size_t n, std::optional<double> max_error) {
  SummaryRow row = row_of("apply_weights", "native/nofma", n, rounds_around(10));
  row.max_error = max_error;
  return row;
}

TEST(C11, HoldsWhereForbiddingItChangesResults) {
  const Decision decision = decide("C11", {unfused(16, 0), unfused(64, 1e-8)});
  EXPECT_EQ(decision.outcome, Outcome::holds);
  EXPECT_EQ(decision.figures[0].value.value, 1e-8);
  EXPECT_EQ(decision.figures[0].n, 64U) << "few elements may all round alike";
}

TEST(C11, FailsWhereItChangesNone) {
  EXPECT_EQ(outcome("C11", {unfused(16, 0), unfused(64, 0)}), Outcome::fails);
}

TEST(C11, IsNotMeasuredWithoutTheVariantOrItsVerification) {
  EXPECT_EQ(outcome("C11", {row_of("apply_weights", "native/into", 16, rounds_around(10))}),
            Outcome::not_measured);
  EXPECT_EQ(outcome("C11", {unfused(16, 1e-8), unfused(64, std::nullopt)}), Outcome::not_measured);
}

SummaryRow in_rust(const char* variant, double max_error) {
  SummaryRow row = row_of("apply_weights", variant, 64, rounds_around(10));
  row.max_error = max_error;
  return row;
}

TEST(C11, InRustHoldsWhereAskingForItChangesNothing) {
  const auto rust = [](double plain, double fused) {
    return test::decide_in("rust", "C11",
                           {in_rust("rust/zipped", plain), in_rust("rust/mul_add", fused)});
  };
  EXPECT_EQ(rust(0, 0).outcome, Outcome::holds);
  EXPECT_EQ(rust(1e-8, 0).outcome, Outcome::fails) << "the reference is fused";
  EXPECT_EQ(rust(0, 1e-8).outcome, Outcome::fails) << "it is not";
  EXPECT_EQ(test::decide_in("rust", "C11", {in_rust("rust/zipped", 0)}).outcome,
            Outcome::not_measured);
}

TEST(C11, TellsWhatItCostsBeside) {
  const auto told = test::beside(decide(
      "C11", {unfused(64, 1e-8), row_of("apply_weights", "native/into", 64, rounds_around(5))}));
  ASSERT_THAT(told, SizeIs(1));
  EXPECT_DOUBLE_EQ(told[0].value.value, 2);
}

}  // namespace
}  // namespace gapmeter
