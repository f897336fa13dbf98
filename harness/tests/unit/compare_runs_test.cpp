// Two runs from made-up rows: which cells are compared, by what, and what is said of the others.
#include "harness/analysis/compare_runs.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "harness/tests/unit/testing.h"

namespace gapmeter {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::StartsWith;
using Json = nlohmann::json;
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

RunComparison compare(const Rows& base, const Rows& compared) {
  return compare_runs(base, compared, ComparedBy::latency, rule);
}

ComparedCell only_cell(const RunComparison& comparison) {
  EXPECT_THAT(comparison.result.cells, SizeIs(1));
  return comparison.result.cells.at(0);
}

TEST(CompareRuns, ARunIsTheSameAsItself) {
  const Rows run = rows_of(simd, around(100));
  const ComparedCell cell = only_cell(compare(run, run));
  EXPECT_EQ(cell.verdict, Verdict::same);
  EXPECT_DOUBLE_EQ(cell.ratio.value().value, 1);
}

TEST(CompareRuns, NewOverOldAbove1IsSlower) {
  const RunComparison comparison = compare(rows_of(simd, around(100)), rows_of(simd, around(200)));
  const ComparedCell cell = only_cell(comparison);
  EXPECT_EQ(cell.verdict, Verdict::slower);
  EXPECT_NEAR(cell.ratio.value().value, 2, 1e-9);
  EXPECT_DOUBLE_EQ(cell.base, 100);
  EXPECT_DOUBLE_EQ(cell.compared, 200);
  EXPECT_EQ(cell.rounds, 9);
  EXPECT_EQ(comparison.result.quantity, "latency");
  EXPECT_EQ(comparison.result.verdict, Verdict::slower);
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
  const RunComparison comparison = compare(rows_of(simd, four), rows_of(simd, twice));
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
  const RunComparison comparison = compare(rows_of(simd, around(100)), now);
  const ComparedCell cell = only_cell(comparison);
  EXPECT_TRUE(cell.failed);
  EXPECT_EQ(cell.reason, "mismatch: y[0] is 1");
  EXPECT_EQ(cell.ratio, std::nullopt);
  EXPECT_EQ(exit_status(comparison.result), 1);
}

TEST(CompareRuns, WhatFailedInTheOldRunAloneIsNoFailure) {
  const Rows before{test::failed_row(simd, Status::crashed, "killed")};
  const RunComparison comparison = compare(before, rows_of(simd, around(100)));
  const ComparedCell cell = only_cell(comparison);
  EXPECT_FALSE(cell.failed);
  EXPECT_EQ(cell.reason, "in the old run crashed: killed");
  EXPECT_EQ(exit_status(comparison.result), 3);
}

TEST(CompareRuns, WhatIsSkippedNowIsNoFailure) {
  const Rows now{test::failed_row(loop, Status::skipped, "no numpy")};
  const ComparedCell cell = only_cell(compare(rows_of(loop, around(100)), now));
  EXPECT_FALSE(cell.failed);
  EXPECT_EQ(cell.reason, "skipped: no numpy");
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
  EXPECT_EQ(cell.reason, "not measured in both runs");
}

TEST(CompareRuns, OnlyCommonCellsAreCompared) {
  const CellKey larger = test::cell("native/simd", 64);
  const Rows base = rows_of(simd, around(100)) + rows_of(loop, around(900));
  const Rows compared = rows_of(larger, around(400)) + rows_of(simd, around(100));
  EXPECT_EQ(only_cell(compare(base, compared)).cell, simd);
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
  const RunComparison comparison = compare_runs(base, compared, ComparedBy::gap, rule);
  const ComparedCell cell = only_cell(comparison);
  EXPECT_EQ(cell.cell, loop);
  EXPECT_NEAR(cell.base, 10, 1e-9);
  EXPECT_NEAR(cell.compared, 10, 1e-9);
  EXPECT_EQ(cell.verdict, Verdict::same);
  EXPECT_EQ(comparison.result.quantity, "gap");
}

TEST(CompareRuns, AWiderGapIsSlower) {
  const Rows base = rows_of(simd, around(100)) + rows_of(loop, around(1000));
  const Rows compared = rows_of(simd, around(50)) + rows_of(loop, around(1000));
  EXPECT_EQ(only_cell(compare_runs(base, compared, ComparedBy::gap, rule)).verdict, Verdict::slower);
}

TEST(CompareRuns, APythonVariantWithoutAGapIsNotCompared) {
  const Rows alone = rows_of(loop, around(1000));
  EXPECT_EQ(only_cell(compare_runs(alone, alone, ComparedBy::gap, rule)).reason,
            "not measured in both runs");
}

// Cells of constant latencies whose ratios are these, in logarithms.
RunComparison compare_cells_with(const Values& log_ratios) {
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
  const RunComparison comparison = compare_cells_with(ratios);
  constexpr double margin = 3.2272184 * 1.4826 * 0.015;
  ASSERT_THAT(comparison.result.cells, SizeIs(8));
  for (std::size_t i = 0; i < ratios.size(); ++i) {
    const Estimate& ratio = comparison.result.cells[i].ratio.value();
    EXPECT_NEAR(std::log(ratio.value), ratios[i], 1e-9);
    ASSERT_TRUE(ratio.interval.has_value());
    EXPECT_NEAR(std::log(ratio.interval->low), ratios[i] - margin, 1e-6);
    EXPECT_NEAR(std::log(ratio.interval->high), ratios[i] + margin, 1e-6);
  }
  EXPECT_THAT(comparison.warnings, IsEmpty());
}

// All slower by the same 10 %: a slower machine or a slower build, but no spread.
TEST(CompareRuns, WhatAllCellsShareDoesNotWiden) {
  for (const ComparedCell& cell : compare_cells_with(Values(8, 0.1)).result.cells) {
    EXPECT_EQ(cell.verdict, Verdict::slower);
  }
}

TEST(CompareRuns, AFewRealChangesDoNotHideThemselves) {
  const RunComparison comparison = compare_cells_with({0, 0.001, 0, -0.001, 0, 0.001, 0, 0.5});
  EXPECT_EQ(comparison.result.cells.back().verdict, Verdict::slower);
  EXPECT_EQ(comparison.result.cells.front().verdict, Verdict::same);
}

TEST(CompareRuns, TooFewCellsToSeeTheirSpreadAreReported) {
  const RunComparison comparison = compare_cells_with({-0.03, -0.02, -0.01, 0, 0.01, 0.02, 0.03});
  ASSERT_THAT(comparison.warnings, SizeIs(1));
  EXPECT_THAT(comparison.warnings[0], AllOf(StartsWith("few cells (7)"), HasSubstr("gapmeter ab")));
  const Estimate& ratio = comparison.result.cells[6].ratio.value();
  EXPECT_NEAR(std::log(ratio.interval.value().low), 0.03, 1e-9);
}

Json facts() {
  return Json::parse(R"({"machine": {"cpu": "A", "logical_cpus": 4, "caches": ["L1 32 KiB"]},
                         "build": {"compiler": "GCC 13"}, "python": {"engine": "embedded"},
                         "seed": 1, "started": "yesterday"})");
}

TEST(DifferencesOf, RunsOfOneMachineAndBuildHaveNone) {
  Json later = facts();
  later["seed"] = 2;
  later["started"] = "today";
  EXPECT_THAT(differences_of(facts(), later), IsEmpty());
}

TEST(DifferencesOf, NameTheFactAndBothValues) {
  Json later = facts();
  later["machine"]["cpu"] = "B";
  later["machine"]["logical_cpus"] = 8;
  EXPECT_THAT(differences_of(facts(), later),
              ElementsAre("machine.cpu: \"A\", then \"B\"", "machine.logical_cpus: 4, then 8"));
}

TEST(DifferencesOf, WhatWorkersInheritIsAmongThem) {
  Json first = facts(), later = facts();
  first["worker_environment"] = {{"OMP_NUM_THREADS", "1"}};
  later["worker_environment"] = {{"OMP_NUM_THREADS", "1"}, {"OPENBLAS_CORETYPE", "Haswell"}};
  EXPECT_THAT(differences_of(first, later),
              ElementsAre(AllOf(HasSubstr("worker_environment: "), HasSubstr("Haswell"))));
}

TEST(DifferencesOf, AFactThatOnlyOneKnowsDiffers) {
  Json later = facts();
  later["build"]["flags"] = "-O3";
  later.erase("python");
  EXPECT_THAT(
      differences_of(facts(), later),
      ElementsAre("build.flags: null, then \"-O3\"", "python.engine: \"embedded\", then null"));
}

TEST(DifferencesOf, FactsOfAnotherShapeDifferToo) {
  for (const Json& machine : {Json("a fast one"), Json::array({"A", 4}), Json(7), Json(nullptr)}) {
    Json later = facts();
    later["machine"] = machine;
    EXPECT_THAT(differences_of(facts(), later), SizeIs(3)) << machine;
  }
}

}  // namespace
}  // namespace gapmeter
