// Two runs from made-up rows: which cells are compared, by what, and what is said of the others.
#include "harness/analysis/compare_runs.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <stdexcept>

#include "harness/tests/unit/support/rows.h"
#include "harness/tests/unit/support/testing.h"

namespace gapmeter {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::StartsWith;
using Rows = std::vector<RoundRow>;
using Values = std::vector<double>;

constexpr VerdictRule rule{.threshold = 0.02, .confidence = 0.99};

Rows rows_of(const CellKey& cell, const Values& latencies_ns) {
  Rows rows{test::verified_row(cell)};
  for (std::size_t i = 0; i < latencies_ns.size(); ++i) {
    rows.push_back(test::time_row(cell, static_cast<int>(i), latencies_ns[i]));
  }
  return rows;
}

Rows operator+(Rows rows, const Rows& more) {
  rows.insert(rows.end(), more.begin(), more.end());
  return rows;
}

Rows with_digest(Rows rows, const std::string& digest) {
  for (RoundRow& row : rows) row.measurement.input_digest = digest;
  return rows;
}

// Nine rounds within 0.8 %.
Values around(double latency_ns) {
  Values latencies;
  for (int i = -4; i <= 4; ++i) latencies.push_back(latency_ns * (1 + 0.001 * i));
  return latencies;
}

const CellKey simd = test::cell("native/simd");
const CellKey loop = test::cell("python/loop");

Rows doing(const std::string& job, Rows rows) {
  for (RoundRow& row : rows) row.job = job;
  return rows;
}

Comparison compare(const Rows& base, const Rows& compared) {
  return compare_runs(base, compared, ComparedBy::latency, rule);
}

ComparedCell only_cell(const Comparison& comparison) {
  EXPECT_THAT(comparison.cells, SizeIs(1));
  return comparison.cells.at(0);
}

TEST(CompareRuns, ARunIsTheSameAsItself) {
  const Rows run = rows_of(simd, around(100));
  const ComparedCell cell = only_cell(compare(run, run));
  EXPECT_EQ(cell.verdict, Verdict::same);
  EXPECT_DOUBLE_EQ(cell.ratio.value().value, 1);
}

TEST(CompareRuns, NewOverOldAbove1IsSlower) {
  const Comparison comparison = compare(rows_of(simd, around(100)), rows_of(simd, around(200)));
  const ComparedCell cell = only_cell(comparison);
  EXPECT_EQ(cell.verdict, Verdict::slower);
  EXPECT_NEAR(cell.ratio.value().value, 2, 1e-9);
  EXPECT_DOUBLE_EQ(cell.base, 100);
  EXPECT_DOUBLE_EQ(cell.compared, 200);
  EXPECT_EQ(cell.rounds, 9);
  EXPECT_EQ(comparison.quantity, "latency");
  EXPECT_EQ(comparison.verdict, Verdict::slower);
}

TEST(CompareRuns, NewOverOldBelow1IsFaster) {
  const ComparedCell cell =
      only_cell(compare(rows_of(simd, around(200)), rows_of(simd, around(100))));
  EXPECT_EQ(cell.verdict, Verdict::faster);
  EXPECT_NEAR(cell.ratio.value().value, 0.5, 1e-9);
}

TEST(CompareRuns, RoundsFarApartAreInconclusive) {
  const Values wide{80, 85, 90, 95, 100, 105, 110, 115, 120};
  EXPECT_EQ(only_cell(compare(rows_of(simd, wide), rows_of(simd, wide))).verdict,
            Verdict::inconclusive);
}

// Of 5 rounds in each run, the smallest and the largest of the 25 ratios are an interval of 99 %:
// both orders that separate the runs are 2 of the 252 that there are.
TEST(CompareRuns, TheIntervalIsThatOfTheRankSums) {
  const ComparedCell cell = only_cell(
      compare(rows_of(simd, {100, 101, 102, 103, 104}), rows_of(simd, {200, 201, 202, 203, 204})));
  ASSERT_TRUE(cell.ratio && cell.ratio->interval);
  EXPECT_NEAR(cell.ratio->interval->low, 200.0 / 104, 1e-9);
  EXPECT_NEAR(cell.ratio->interval->high, 204.0 / 100, 1e-9);
}

TEST(CompareRuns, OneRoundThatIsFarOffMovesNothing) {
  Values disturbed = around(100);
  disturbed[0] = 1e9;
  EXPECT_EQ(only_cell(compare(rows_of(simd, around(100)), rows_of(simd, disturbed))).verdict,
            Verdict::same);
}

// 2 of the 70 orders of 4 and 4 rounds are 2.9 %: no interval of 99 %.
TEST(CompareRuns, TooFewRoundsHaveNoIntervalAndAreReported) {
  const Values four{100, 101, 102, 103}, twice{200, 202, 204, 206};
  const Comparison comparison = compare(rows_of(simd, four), rows_of(simd, twice));
  const ComparedCell cell = only_cell(comparison);
  EXPECT_EQ(cell.ratio.value().interval, std::nullopt);
  EXPECT_EQ(cell.verdict, Verdict::inconclusive);
  EXPECT_THAT(comparison.warnings.back(),
              AllOf(StartsWith("too few rounds"), HasSubstr("(cells: 1)")));
}

TEST(CompareRuns, TheRunsMayHaveDifferentNumbersOfRounds) {
  const ComparedCell cell =
      only_cell(compare(rows_of(simd, around(100)), rows_of(simd, {100, 100, 100, 100, 100, 100})));
  EXPECT_EQ(cell.rounds, 6);
  EXPECT_EQ(cell.verdict, Verdict::same);
}

TEST(CompareRuns, WhatFailedInTheNewRunFailed) {
  const Rows now{test::failed_row(simd, Status::mismatch, "y[0] is 1")};
  const Comparison comparison = compare(rows_of(simd, around(100)), now);
  const ComparedCell cell = only_cell(comparison);
  EXPECT_TRUE(cell.failed);
  EXPECT_EQ(cell.reason, "mismatch: y[0] is 1");
  EXPECT_EQ(cell.ratio, std::nullopt);
  EXPECT_EQ(exit_status(comparison), 1);
}

TEST(CompareRuns, WhatFailedInTheOldRunAloneIsNoFailure) {
  const Rows before{test::failed_row(simd, Status::crashed, "killed")};
  const Comparison comparison = compare(before, rows_of(simd, around(100)));
  const ComparedCell cell = only_cell(comparison);
  EXPECT_FALSE(cell.failed);
  EXPECT_EQ(cell.reason, "in the old run crashed: killed");
  EXPECT_EQ(exit_status(comparison), 3);
}

TEST(CompareRuns, WhatIsSkippedNowIsLostAndNoFailure) {
  const Rows now{test::failed_row(loop, Status::skipped, "no numpy")};
  const ComparedCell cell = only_cell(compare(rows_of(loop, around(100)), now));
  EXPECT_FALSE(cell.failed);
  EXPECT_TRUE(cell.lost);
  EXPECT_EQ(cell.reason, "skipped: no numpy");
}

TEST(CompareRuns, WhatWasSkippedInBothIsNotLost) {
  const Rows skipped{test::failed_row(loop, Status::skipped, "no numpy")};
  EXPECT_FALSE(only_cell(compare(skipped, skipped)).lost);
}

// Though all other cells are the same.
TEST(CompareRuns, ALostCellMakesAllInconclusive) {
  const Rows before = rows_of(simd, around(100)) + rows_of(loop, around(300));
  const Comparison comparison = compare(before, rows_of(simd, around(100)));
  ASSERT_THAT(comparison.cells, SizeIs(2));
  EXPECT_EQ(comparison.cells[0].verdict, Verdict::same);
  EXPECT_TRUE(comparison.cells[1].lost);
  EXPECT_EQ(comparison.cells[1].reason, "not in the new run");
  EXPECT_EQ(comparison.verdict, Verdict::inconclusive);
  EXPECT_EQ(exit_status(comparison), 3);
}

TEST(CompareRuns, AClockCycleIsNoChange) {
  EXPECT_EQ(only_cell(compare(rows_of(simd, around(1.46)), rows_of(simd, around(1.22)))).verdict,
            Verdict::same);
  EXPECT_EQ(only_cell(compare(rows_of(simd, around(146)), rows_of(simd, around(122)))).verdict,
            Verdict::faster);
  // Nor does it change a gap: the call that it is against is as short.
  const auto gap_against = [](double native_ns) {
    return rows_of(simd, around(native_ns)) + rows_of(loop, around(300));
  };
  EXPECT_EQ(
      only_cell(compare_runs(gap_against(1.46), gap_against(1.22), ComparedBy::gap, rule)).verdict,
      Verdict::same);
  EXPECT_EQ(
      only_cell(compare_runs(gap_against(146), gap_against(122), ComparedBy::gap, rule)).verdict,
      Verdict::slower);
}

TEST(CompareRuns, DifferentInputsAreNotCompared) {
  const Rows before = rows_of(simd, around(100));
  const ComparedCell cell = only_cell(compare(before, with_digest(before, "00000000000000bb")));
  EXPECT_EQ(cell.ratio, std::nullopt);
  EXPECT_FALSE(cell.failed);
  EXPECT_THAT(cell.reason, HasSubstr("--seed"));
}

TEST(CompareRuns, WhatWasNotTimedIsNotCompared) {
  const ComparedCell cell = only_cell(compare(rows_of(simd, {}), rows_of(simd, around(100))));
  EXPECT_EQ(cell.ratio, std::nullopt);
  EXPECT_EQ(cell.reason, "in the old run skipped: the run ended before its first round");
}

TEST(CompareRuns, OnlyCommonCellsAreCompared) {
  const CellKey larger = test::cell("native/simd", 64);
  const Rows base = rows_of(simd, around(100)) + rows_of(loop, around(900));
  const Rows compared = rows_of(larger, around(400)) + rows_of(simd, around(100));
  const std::vector<ComparedCell> cells = compare(base, compared).cells;
  ASSERT_THAT(cells, SizeIs(2));
  EXPECT_EQ(cells[0].cell, simd);
  EXPECT_TRUE(cells[0].ratio && !cells[1].ratio);
  EXPECT_EQ(cells[1].cell, loop) << "what the new run has lost";
}

TEST(CompareRuns, RunsWithoutACommonCellAreRefused) {
  const Rows base = rows_of(simd, around(100));
  EXPECT_EQ(test::message_of<std::invalid_argument>([&] { compare(base, rows_of(loop, {1})); }),
            "the runs have no cells in common");
  EXPECT_THROW(compare(base, {}), std::invalid_argument);
  EXPECT_THROW(compare_runs(base, base, ComparedBy::gap, rule), std::invalid_argument)
      << "native variants have no gap";
}

// Both are twice as slow now, so that the gap is what it was: 10.
TEST(CompareRuns, GapsDoNotDependOnTheMachinesSpeed) {
  const Rows base = rows_of(simd, around(100)) + rows_of(loop, around(1000));
  const Rows compared = rows_of(simd, around(200)) + rows_of(loop, around(2000));
  const Comparison comparison = compare_runs(base, compared, ComparedBy::gap, rule);
  const ComparedCell cell = only_cell(comparison);
  EXPECT_EQ(cell.cell, loop);
  EXPECT_NEAR(cell.base, 10, 1e-9);
  EXPECT_NEAR(cell.compared, 10, 1e-9);
  EXPECT_EQ(cell.verdict, Verdict::same);
  EXPECT_EQ(comparison.quantity, "gap");
}

TEST(CompareRuns, AWiderGapIsSlower) {
  const Rows base = rows_of(simd, around(100)) + rows_of(loop, around(1000));
  const Rows compared = rows_of(simd, around(50)) + rows_of(loop, around(1000));
  EXPECT_EQ(only_cell(compare_runs(base, compared, ComparedBy::gap, rule)).verdict,
            Verdict::slower);
}

// The older one knows no jobs: its gap would be against the faster variant of another one.
TEST(CompareRuns, GapsOfAnOlderRunAreBetweenVariantsOfTheSameJobToo) {
  const CellKey borrow = test::cell("native/borrow");
  const Rows base =
      rows_of(borrow, around(1)) + rows_of(simd, around(100)) + rows_of(loop, around(1000));
  const Rows compared = doing("borrow", rows_of(borrow, around(1))) + rows_of(simd, around(100)) +
                        rows_of(loop, around(1000));
  const ComparedCell cell = only_cell(compare_runs(base, compared, ComparedBy::gap, rule));
  EXPECT_NEAR(cell.base, 10, 1e-9);
  EXPECT_EQ(cell.verdict, Verdict::same);
}

TEST(CompareRuns, APythonVariantWithoutAGapIsNotCompared) {
  const Rows alone = rows_of(loop, around(1000));
  EXPECT_EQ(only_cell(compare_runs(alone, alone, ComparedBy::gap, rule)).reason,
            "not measured in both runs");
}

// Cells of constant latencies whose ratios are these, in logarithms.
Comparison compare_cells_with(const Values& log_ratios) {
  Rows base, compared;
  for (std::size_t i = 0; i < log_ratios.size(); ++i) {
    const CellKey cell = test::cell("native/simd", i + 1);
    base = base + rows_of(cell, Values(9, 100));
    compared = compared + rows_of(cell, Values(9, 100 * std::exp(log_ratios[i])));
  }
  return compare(base, compared);
}

// The median is 0 and the deviations from it are 0, 0, 1, 1, 2, 2, 3 and 3 %: 1.5 % in the middle,
// a standard deviation of 1.4826 × 1.5 %. Each of 8 intervals is to hold with 99.875 %, 3.2272
// standard deviations of the normal distribution.
TEST(CompareRuns, IntervalsAreWidenedByTheSpreadOfTheCells) {
  const Values ratios{-0.03, -0.02, -0.01, 0, 0, 0.01, 0.02, 0.03};
  const Comparison comparison = compare_cells_with(ratios);
  constexpr double margin = 3.2272184 * 1.4826 * 0.015;
  ASSERT_THAT(comparison.cells, SizeIs(8));
  for (std::size_t i = 0; i < ratios.size(); ++i) {
    const Estimate& ratio = comparison.cells[i].ratio.value();
    EXPECT_NEAR(std::log(ratio.value), ratios[i], 1e-9);
    ASSERT_TRUE(ratio.interval.has_value());
    EXPECT_NEAR(std::log(ratio.interval->low), ratios[i] - margin, 1e-6);
    EXPECT_NEAR(std::log(ratio.interval->high), ratios[i] + margin, 1e-6);
  }
  EXPECT_THAT(comparison.warnings, IsEmpty());
}

// All slower by the same 10 %: a slower machine or a slower build, but no spread.
TEST(CompareRuns, WhatAllCellsShareDoesNotWiden) {
  for (const ComparedCell& cell : compare_cells_with(Values(8, 0.1)).cells) {
    EXPECT_EQ(cell.verdict, Verdict::slower);
  }
}

TEST(CompareRuns, AFewRealChangesDoNotHideThemselves) {
  const Comparison comparison = compare_cells_with({0, 0.001, 0, -0.001, 0, 0.001, 0, 0.5});
  EXPECT_EQ(comparison.cells.back().verdict, Verdict::slower);
  EXPECT_EQ(comparison.cells.front().verdict, Verdict::same);
}

TEST(CompareRuns, TooFewCellsToSeeTheirSpreadAreReported) {
  const Comparison comparison = compare_cells_with({-0.03, -0.02, -0.01, 0, 0.01, 0.02, 0.03});
  ASSERT_THAT(comparison.warnings, SizeIs(1));
  EXPECT_THAT(comparison.warnings[0], AllOf(StartsWith("few cells (7)"), HasSubstr("gapmeter ab")));
  const Estimate& ratio = comparison.cells[6].ratio.value();
  EXPECT_NEAR(std::log(ratio.interval.value().low), 0.03, 1e-9);
}

}  // namespace
}  // namespace gapmeter
