// Verdicts by hand, at and on both sides of every boundary.
#include "harness/analysis/comparison.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "harness/tests/unit/support/rows.h"

namespace gapmeter {
namespace {

using Values = std::vector<double>;

Estimate estimate(double value, double low, double high) { return {value, Interval{low, high}}; }

ComparedCell compared(const Estimate& ratio) {
  return {.cell = test::cell("native/simd"),
          .rounds = 9,
          .base = 100,
          .compared = 100 * ratio.value,
          .ratio = ratio};
}
ComparedCell same() { return compared(estimate(1, 0.995, 1.005)); }
ComparedCell slower() { return compared(estimate(1.1, 1.09, 1.11)); }
ComparedCell faster() { return compared(estimate(0.9, 0.89, 0.91)); }
ComparedCell unsure() { return compared(estimate(1, 0.9, 1.1)); }
ComparedCell not_compared() {
  return {.cell = test::cell("native/simd"), .reason = "not measured in both runs"};
}
ComparedCell failed() {
  ComparedCell cell = not_compared();
  cell.failed = true;
  return cell;
}

Comparison concluded(std::vector<ComparedCell> cells) { return conclude(std::move(cells), {}); }

constexpr double threshold = 0.02;
constexpr double a_little = 1e-9;

// The reciprocal of 1.02 is as far from 1 as 1.02 is.
TEST(Judge, AnIntervalWithinTheThresholdIsTheSame) {
  EXPECT_EQ(judge(estimate(1, 0.99, 1.01), threshold), Verdict::same);
  EXPECT_EQ(judge(estimate(1, 1 / 1.02, 1.02), threshold), Verdict::same);
  EXPECT_EQ(judge(estimate(1, 1 / 1.02, 1.02 + a_little), threshold), Verdict::inconclusive);
  EXPECT_EQ(judge(estimate(1, 1 / 1.02 - a_little, 1.02), threshold), Verdict::inconclusive);
}

// A change that is certain but too small to matter.
TEST(Judge, AnIntervalWithinTheThresholdIsTheSameEvenWhereItExcludes1) {
  EXPECT_EQ(judge(estimate(1.015, 1.012, 1.018), threshold), Verdict::same);
  EXPECT_EQ(judge(estimate(0.985, 0.982, 0.988), threshold), Verdict::same);
}

TEST(Judge, SlowerIsAnIntervalAbove1) {
  EXPECT_EQ(judge(estimate(1.1, 1.05, 1.2), threshold), Verdict::slower);
  EXPECT_EQ(judge(estimate(1.1, 1 + a_little, 1.2), threshold), Verdict::slower);
  EXPECT_EQ(judge(estimate(1.1, 1, 1.2), threshold), Verdict::inconclusive);
}

TEST(Judge, FasterIsAnIntervalBelow1) {
  EXPECT_EQ(judge(estimate(0.9, 0.8, 0.95), threshold), Verdict::faster);
  EXPECT_EQ(judge(estimate(0.9, 0.8, 1 - a_little), threshold), Verdict::faster);
  EXPECT_EQ(judge(estimate(0.9, 0.8, 1), threshold), Verdict::inconclusive);
}

// Half of the threshold is where a change is nearer to one that counts than to none.
TEST(Judge, AChangeBelowHalfOfTheThresholdIsNotReported) {
  EXPECT_EQ(judge(estimate(1.01, 1.001, 1.03), threshold), Verdict::slower);
  EXPECT_EQ(judge(estimate(1.01 - a_little, 1.001, 1.03), threshold), Verdict::inconclusive);
  EXPECT_EQ(judge(estimate(1 / 1.01, 0.97, 0.999), threshold), Verdict::faster);
  EXPECT_EQ(judge(estimate(1 / 1.01 + a_little, 0.97, 0.999), threshold), Verdict::inconclusive);
}

TEST(Judge, WithoutAnIntervalNothingIsCertain) {
  EXPECT_EQ(judge({.value = 5}, threshold), Verdict::inconclusive);
}

TEST(Judge, GoesByTheThreshold) {
  EXPECT_EQ(judge(estimate(1.1, 1.05, 1.15), 0.2), Verdict::same);
  EXPECT_EQ(judge(estimate(1.1, 1.05, 1.25), 0.2), Verdict::slower);
}

// 0.5 ns is 2 % of 25 ns.
TEST(ThresholdFor, IsHalfANanosecondInShortCalls) {
  const VerdictRule two_percent{.threshold = 0.02};
  EXPECT_DOUBLE_EQ(threshold_for(two_percent, 1), 0.5);
  EXPECT_DOUBLE_EQ(threshold_for(two_percent, 25), 0.02);
  EXPECT_DOUBLE_EQ(threshold_for(two_percent, 1e6), 0.02);
  EXPECT_DOUBLE_EQ(threshold_for(two_percent, 0), 0.02) << "not known";
  EXPECT_DOUBLE_EQ(threshold_for({.threshold = 0.8}, 1), 0.8);
}

TEST(Verdict, HasAName) {
  EXPECT_EQ(name_of(Verdict::same), "same");
  EXPECT_EQ(name_of(Verdict::faster), "faster");
  EXPECT_EQ(name_of(Verdict::slower), "slower");
  EXPECT_EQ(name_of(Verdict::inconclusive), "inconclusive");
}

// Ten intervals of 99.9 % hold at once with at least 99 %.
TEST(ConfidenceOfOne, DividesTheDoubtAmongTheCells) {
  const VerdictRule strict{.confidence = 0.99};
  EXPECT_DOUBLE_EQ(confidence_of_one(strict, 1), 0.99);
  EXPECT_DOUBLE_EQ(confidence_of_one(strict, 10), 0.999);
  EXPECT_DOUBLE_EQ(confidence_of_one(strict, 0), 0.99);
}

TEST(RatioOfPairs, IsTheMedianWithItsInterval) {
  const Estimate ratio = ratio_of_pairs(Values{5, 1, 2, 3, 4, 6, 9, 7, 8}, 0.95);
  EXPECT_DOUBLE_EQ(ratio.value, 5);
  ASSERT_TRUE(ratio.interval.has_value());
  // See MedianInterval: between the second and the third.
  EXPECT_NEAR(ratio.interval->low, 2.227907, 1e-6);
  EXPECT_NEAR(ratio.interval->high, 7.772093, 1e-6);
}

TEST(RatioOfPairs, IgnoresAFewThatAreFarOff) {
  const Estimate ratio = ratio_of_pairs(Values{1, 1, 1, 1, 100, 1, 1, 1, 1000, 1, 1, 1}, 0.95);
  EXPECT_DOUBLE_EQ(ratio.value, 1);
  EXPECT_DOUBLE_EQ(ratio.interval->high, 1);
}

TEST(RatioOfPairs, OfTooFewHasNoInterval) {
  EXPECT_EQ(ratio_of_pairs(Values{1, 2, 3}, 0.95).interval, std::nullopt);
}

TEST(Conclude, JudgesEveryCell) {
  const Comparison result = concluded({same(), slower(), faster(), unsure()});
  ASSERT_EQ(result.cells.size(), 4U);
  EXPECT_EQ(result.cells[0].verdict, Verdict::same);
  EXPECT_EQ(result.cells[1].verdict, Verdict::slower);
  EXPECT_EQ(result.cells[2].verdict, Verdict::faster);
  EXPECT_EQ(result.cells[3].verdict, Verdict::inconclusive);
}

TEST(Conclude, KeepsTheRule) {
  const Comparison result = conclude({slower()}, {.threshold = 0.5, .confidence = 0.8});
  EXPECT_EQ(result.rule.threshold, 0.5);
  EXPECT_EQ(result.rule.confidence, 0.8);
  EXPECT_EQ(result.cells[0].verdict, Verdict::same);
}

// 5 cycles instead of 6, as seen of one executable against itself.
TEST(Conclude, AClockCycleIsNoChange) {
  ComparedCell cycle = faster();
  cycle.ratio = estimate(0.833, 0.830, 0.841);
  cycle.shortest_ns = 1.22;
  ComparedCell longer = cycle;
  longer.shortest_ns = 122;
  const Comparison result = concluded({cycle, longer});
  EXPECT_EQ(result.cells[0].verdict, Verdict::same);
  EXPECT_THAT(result.cells[0].reason, ::testing::HasSubstr("less than 0.5 ns a call"));
  EXPECT_EQ(result.cells[1].verdict, Verdict::faster);
  EXPECT_EQ(result.cells[1].reason, "");
}

TEST(Conclude, TheWorstCellDecides) {
  EXPECT_EQ(concluded({same(), same()}).verdict, Verdict::same);
  EXPECT_EQ(concluded({same(), faster()}).verdict, Verdict::faster);
  EXPECT_EQ(concluded({same(), faster(), unsure()}).verdict, Verdict::inconclusive);
  EXPECT_EQ(concluded({same(), faster(), unsure(), slower()}).verdict, Verdict::slower);
}

TEST(Conclude, CellsThatWereNotComparedDoNotCount) {
  EXPECT_EQ(concluded({not_compared(), failed(), same()}).verdict, Verdict::same);
  EXPECT_EQ(concluded({not_compared(), failed()}).verdict, Verdict::inconclusive);
  EXPECT_EQ(concluded({}).verdict, Verdict::inconclusive);
}

// Ratios 2 and 8: the geometric mean is 4. Half-widths ln 2 and 0 as independent errors of a mean
// of two: ln 2 / 2, a factor of the square root of 2.
TEST(Overall, IsTheGeometricMeanWithTheErrorsOfItsCells) {
  const auto overall =
      concluded({compared(estimate(2, 1, 4)), compared(estimate(8, 8, 8))}).overall;
  ASSERT_TRUE(overall && overall->interval);
  EXPECT_NEAR(overall->value, 4, 1e-12);
  EXPECT_NEAR(overall->interval->low, 4 / std::sqrt(2.0), 1e-12);
  EXPECT_NEAR(overall->interval->high, 4 * std::sqrt(2.0), 1e-12);
}

// Half-widths 0.03 and 0.04: the root of the sum of squares is 0.05, of a mean of two 0.025.
TEST(Overall, AddsErrorsAsSquares) {
  const auto half_width = [](double width) {
    return compared(estimate(1, std::exp(-width), std::exp(width)));
  };
  const auto overall = concluded({half_width(0.03), half_width(0.04)}).overall;
  ASSERT_TRUE(overall && overall->interval);
  EXPECT_NEAR(overall->value, 1, 1e-12);
  EXPECT_NEAR(std::log(overall->interval->high), 0.025, 1e-12);
  EXPECT_NEAR(std::log(overall->interval->low), -0.025, 1e-12);
}

TEST(Overall, LeavesOutCellsWithoutAnInterval) {
  const auto overall =
      concluded({slower(), compared({.value = 50}), not_compared(), failed()}).overall;
  ASSERT_TRUE(overall.has_value());
  EXPECT_NEAR(overall->value, 1.1, 1e-12);
  EXPECT_EQ(concluded({compared({.value = 50}), not_compared()}).overall, std::nullopt);
}

TEST(ExitStatus, IsContract) {
  EXPECT_EQ(exit_status(concluded({same()})), 0);
  EXPECT_EQ(exit_status(concluded({faster()})), 0);
  EXPECT_EQ(exit_status(concluded({same(), slower()})), 1);
  EXPECT_EQ(exit_status(concluded({unsure()})), 3);
  EXPECT_EQ(exit_status(concluded({unsure(), slower()})), 1);
}

TEST(ExitStatus, AFailedCellIs1WhateverTheRest) {
  EXPECT_EQ(exit_status(concluded({failed(), same()})), 1);
  EXPECT_EQ(exit_status(concluded({failed(), unsure()})), 1);
  EXPECT_EQ(exit_status(concluded({failed()})), 1);
}

TEST(ExitStatus, ACellThatWasNotComparedIsNoFailure) {
  EXPECT_EQ(exit_status(concluded({not_compared(), same()})), 0);
  EXPECT_EQ(exit_status(concluded({not_compared()})), 3);
}

}  // namespace
}  // namespace gapmeter
