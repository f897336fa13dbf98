// How times and gaps grow with n: exponents of exact power laws, crossings by hand, and the lines
// of growth.csv.
#include "harness/analysis/growth.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <span>

#include "harness/tests/unit/support/rows.h"
#include "harness/tests/unit/support/evidence_rows.h"

namespace gapmeter {
namespace {

using test::gap_row;
using test::rounds_around;
using test::row_of;
using test::SummaryRows;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using Values = std::vector<double>;

TEST(GrowthExponent, OfAPowerLawIsExactAndWithoutWidth) {
  const Values at_10 = rounds_around(5, 0.5), at_100 = rounds_around(50, 0.5),
               at_1000 = rounds_around(500, 0.5);
  const auto linear = growth_exponent({{10, at_10}, {100, at_100}, {1000, at_1000}});
  ASSERT_TRUE(linear.has_value());
  EXPECT_NEAR(linear->value, 1, 1e-12);
  ASSERT_TRUE(linear->interval.has_value());
  EXPECT_NEAR(linear->interval->low, 1, 1e-12);
  EXPECT_NEAR(linear->interval->high, 1, 1e-12);
}

TEST(GrowthExponent, IsThatOfTheLogarithms) {
  const Values one(6, 1.0), two(6, 2.0), four(6, 4.0), sixteen(6, 16.0);
  EXPECT_NEAR(growth_exponent({{4, two}, {16, four}})->value, 0.5, 1e-12);
  EXPECT_NEAR(growth_exponent({{4, one}, {16, sixteen}})->value, 2, 1e-12);
  EXPECT_NEAR(growth_exponent({{4, four}, {16, four}})->value, 0, 1e-12);
  EXPECT_NEAR(growth_exponent({{4, four}, {16, two}})->value, -0.5, 1e-12);
}

TEST(GrowthExponent, OfMoreThanTwoSizesIsThatOfTheLeastSquaresLine) {
  // In units of log 2: x = 0, 1, 2 and y = 0, 0, 3 have the slope 3 / 2.
  const Values one(6, 1.0), eight(6, 8.0);
  EXPECT_NEAR(growth_exponent({{1, one}, {2, one}, {4, eight}})->value, 1.5, 1e-12);
}

TEST(GrowthExponent, IsTheMedianOverRounds) {
  // From n = 1 to n = 2 the rounds grow by the exponents 0, 1, 2, 3, 4 and 5.
  const Values at_1(6, 1.0), at_2{4, 1, 32, 2, 16, 8};
  const auto exponent = growth_exponent({{1, at_1}, {2, at_2}});
  ASSERT_TRUE(exponent.has_value());
  EXPECT_NEAR(exponent->value, 2.5, 1e-12);
  ASSERT_TRUE(exponent->interval.has_value());
  EXPECT_NEAR(exponent->interval->low, 5 / 14.0, 1e-9);
  EXPECT_NEAR(exponent->interval->high, 5 - 5 / 14.0, 1e-9);
}

TEST(GrowthExponent, TakesRoundsThatAllSizesHave) {
  const Values at_1(6, 1.0), at_2{2, 2, 2, 1024, 1024, 1024}, at_4{4, 4, 4};
  const auto exponent = growth_exponent({{1, at_1}, {2, at_2}, {4, at_4}});
  ASSERT_TRUE(exponent.has_value());
  EXPECT_NEAR(exponent->value, 1, 1e-12);
  EXPECT_FALSE(exponent->interval.has_value()) << "three rounds have no interval";
}

TEST(GrowthExponent, OfFewerThanSixRoundsHasNoInterval) {
  const Values five(5, 1.0), six(6, 1.0);
  EXPECT_FALSE(growth_exponent({{1, five}, {2, five}})->interval.has_value());
  EXPECT_TRUE(growth_exponent({{1, six}, {2, six}})->interval.has_value());
}

TEST(GrowthExponent, NeedsTwoSizesAndARound) {
  const Values rounds(6, 1.0), none;
  EXPECT_FALSE(growth_exponent({}).has_value());
  EXPECT_FALSE(growth_exponent({{16, rounds}}).has_value());
  EXPECT_FALSE(growth_exponent({{16, rounds}, {64, none}}).has_value());
}

// Values at n = 1, 2, 4, …, the same in each of six rounds.
std::vector<SizedValues> doubling(const Values& values) {
  std::vector<SizedValues> sized;
  std::size_t n = 1;
  for (const double value : values) {
    sized.push_back({n, Values(6, value)});
    n *= 2;
  }
  return sized;
}

TEST(PowerLaw, IsAnExponentWhereFiveSizesLieOnALine) {
  const PowerLaw law = power_law(doubling({1, 2, 4, 8, 16}));
  EXPECT_NEAR(law.exponent.value().value, 1, 1e-12);
  EXPECT_NEAR(law.deviation.value(), 0, 1e-12);
}

TEST(PowerLaw, OfFewerThanFiveSizesHasNoExponent) {
  const PowerLaw four = power_law(doubling({1, 2, 4, 8}));
  EXPECT_FALSE(four.exponent.has_value());
  EXPECT_NEAR(four.deviation.value(), 0, 1e-12);
  EXPECT_FALSE(power_law(doubling({1, 2})).deviation.has_value()) << "two are always on a line";
}

TEST(PowerLaw, OfWhatClimbsAndFallsBackHasNoExponent) {
  // A line over it is flat, and through all rounds alike: least squares alone would be sure of it.
  const auto values = doubling({90, 300, 1000, 300, 90});
  EXPECT_NEAR(growth_exponent(values).value().interval.value().high, 0, 1e-12);
  const PowerLaw law = power_law(values);
  EXPECT_FALSE(law.exponent.has_value());
  EXPECT_GT(law.deviation.value(), 2);
}

TEST(PowerLaw, AllowsNoMedianFartherThanAQuarterFromTheLine) {
  // In logarithms the middle one of five is 4/5 of its height above the line, the others 1/5 below.
  const double just_within = std::pow(1.249, 1.25), just_beyond = std::pow(1.251, 1.25);
  EXPECT_TRUE(power_law(doubling({1, 1, just_within, 1, 1})).exponent.has_value());
  const PowerLaw beyond = power_law(doubling({1, 1, just_beyond, 1, 1}));
  EXPECT_FALSE(beyond.exponent.has_value());
  EXPECT_NEAR(beyond.deviation.value(), 0.251, 1e-9);
  EXPECT_FALSE(power_law(doubling({1, 1, 1 / just_beyond, 1, 1})).exponent.has_value());
}

TEST(PowerLaw, IsJudgedByMediansAndNotByNoisyRounds) {
  auto values = doubling({1, 2, 4, 8, 16});
  values[2].rounds = {4, 4, 4, 4, 400, 400};
  EXPECT_TRUE(power_law(values).exponent.has_value());
}

TEST(EndRatio, IsTheLargestSizeOverTheSmallest) {
  const auto ratio = end_ratio({{16, {2, 2}}, {64, {7}}, {256, {3, 12}}});
  ASSERT_TRUE(ratio.has_value());
  EXPECT_NEAR(ratio->value, 3, 1e-12) << "in logarithms";
  EXPECT_FALSE(ratio->interval.has_value()) << "two rounds have no interval";
  const Interval sure = end_ratio(doubling({1, 9, 4})).value().interval.value();
  EXPECT_NEAR(sure.low, 4, 1e-12);
  EXPECT_NEAR(sure.high, 4, 1e-12);
  EXPECT_FALSE(end_ratio(doubling({1})).has_value());
  EXPECT_FALSE(end_ratio({{16, {}}, {64, {1}}}).has_value());
}

// The third round of one size has nothing to do with the third of another.
TEST(EndRatio, DoesNotPairTheRoundsOfDifferentSizes) {
  const SizedValues small{16, {1, 2, 3, 4, 5}};
  const auto one = end_ratio({small, {64, {2, 4, 6, 8, 10}}});
  const auto other = end_ratio({small, {64, {10, 4, 8, 2, 6}}});
  EXPECT_NEAR(one.value().interval.value().low, other.value().interval.value().low, 1e-12);
  EXPECT_LT(one.value().interval.value().low, 1.5);
}

TEST(LocalExponents, AreThoseBetweenNeighbours) {
  const auto local = local_exponents(doubling({1, 2, 2, 1}));
  ASSERT_THAT(local, SizeIs(3));
  EXPECT_NEAR(local[0].exponent, 1, 1e-12);
  EXPECT_NEAR(local[1].exponent, 0, 1e-12);
  EXPECT_NEAR(local[2].exponent, -1, 1e-12);
  EXPECT_EQ(local[2].n_from, 4U);
  EXPECT_EQ(local[2].n_to, 8U);
}

SizedRatio below(std::size_t n, double ratio) {
  return {n, {ratio, Interval{ratio * 0.99, ratio * 1.01}}};
}
SizedRatio above(std::size_t n, double ratio) { return below(n, ratio); }
// Around 1: decides nothing.
SizedRatio around(std::size_t n, double ratio) { return {n, {ratio, Interval{0.5, 2}}}; }

TEST(Crossovers, AreNoneWhereOneSideIsKept) {
  EXPECT_THAT(crossovers({}), IsEmpty());
  EXPECT_THAT(crossovers({above(16, 2)}), IsEmpty());
  EXPECT_THAT(crossovers({above(16, 2), above(64, 3)}), IsEmpty());
  EXPECT_THAT(crossovers({below(16, 0.5), around(64, 1.2), below(256, 0.5)}), IsEmpty());
}

TEST(Crossovers, LieOnTheLineThroughTheLogarithms) {
  // From 1/2 to 2 half of the way, from n = 16 to 256, which is 64.
  const auto half = crossovers({below(16, 0.5), above(256, 2)});
  ASSERT_THAT(half, SizeIs(1));
  EXPECT_EQ(half[0].last_before, 16U);
  EXPECT_EQ(half[0].first_after, 256U);
  EXPECT_NEAR(half[0].n, 64, 1e-9);
  EXPECT_TRUE(half[0].ascending);
  // From 1/2 to 8 a quarter of the way, which is 32.
  EXPECT_NEAR(crossovers({below(16, 0.5), above(256, 8)}).at(0).n, 32, 1e-9);
}

TEST(Crossovers, MayDescend) {
  const auto found = crossovers({above(16, 8), below(256, 0.5)});
  ASSERT_THAT(found, SizeIs(1));
  EXPECT_FALSE(found[0].ascending);
  EXPECT_NEAR(found[0].n, 128, 1e-9);
}

TEST(Crossovers, MayBeSeveral) {
  const auto found = crossovers({below(4, 0.5), above(16, 2), below(64, 0.5)});
  ASSERT_THAT(found, SizeIs(2));
  EXPECT_TRUE(found[0].ascending);
  EXPECT_NEAR(found[0].n, 8, 1e-9);
  EXPECT_FALSE(found[1].ascending);
  EXPECT_NEAR(found[1].n, 32, 1e-9);
  EXPECT_EQ(found[1].last_before, 16U);
  EXPECT_EQ(found[1].first_after, 64U);
}

TEST(Crossovers, AreCertainOnlyBetweenSizesThatAreSure) {
  // The median crosses from 0.5 at 16 to 2 at 64, though 64 alone would not tell.
  const auto found = crossovers({below(4, 0.25), around(16, 0.5), around(64, 2), above(256, 4)});
  ASSERT_THAT(found, SizeIs(1));
  EXPECT_EQ(found[0].last_before, 4U);
  EXPECT_EQ(found[0].first_after, 256U);
  EXPECT_NEAR(found[0].n, 32, 1e-9);
}

TEST(Crossovers, AMedianOf1IsWhereItCrosses) {
  EXPECT_NEAR(crossovers({below(4, 0.5), around(64, 1), above(256, 2)}).at(0).n, 64, 1e-9);
}

TEST(Crossovers, RatiosWithoutAnIntervalDecideNothing) {
  EXPECT_THAT(crossovers({{16, {0.1}}, {64, {10}}}), IsEmpty());
}

// A cell whose time is that of n per nanosecond to the power k.
SummaryRow timed(std::string_view variant, std::size_t n, std::int64_t working_set_bytes,
                 double exponent = 1) {
  SummaryRow row =
      row_of("sum", variant, n, rounds_around(std::pow(static_cast<double>(n), exponent)));
  row.working_set_bytes = working_set_bytes;
  return row;
}

const RunContext caches{.cache_bytes = {{1, 1000}, {2, 10'000}}};

// "time L1 16-64": what each line is about.
std::vector<std::string> lines_of(const std::vector<GrowthRow>& rows) {
  std::vector<std::string> lines;
  for (const GrowthRow& row : rows) {
    lines.push_back(row.quantity + " " + row.regime + row.against + " " +
                    std::to_string(row.n_from) + "-" + std::to_string(row.n_to));
  }
  return lines;
}

TEST(GrowthOf, ARegimeBeginsAtTheLastSizeOfTheOneBefore) {
  const auto rows = growth_of({timed("native/simd", 16, 100), timed("native/simd", 64, 1000),
                               timed("native/simd", 256, 1001), timed("native/simd", 1024, 10'000),
                               timed("native/simd", 4096, 10'001)},
                              caches);
  EXPECT_THAT(lines_of(rows), ElementsAre("time all 16-4096", "time L1 16-64", "time L2 64-1024",
                                          "time memory 1024-4096"));
  EXPECT_EQ(rows[0].sizes, 5);
  EXPECT_EQ(rows[2].sizes, 3);
  EXPECT_EQ(rows[0].series.kernel, "sum");
  EXPECT_EQ(to_string(rows[0].series.variant), "native/simd");
  EXPECT_NEAR(rows[0].exponent.value().value, 1, 1e-12);
  EXPECT_THAT(rows[0].local_exponents, SizeIs(4));
  for (const GrowthRow& row : std::span(rows).subspan(1)) {
    EXPECT_FALSE(row.exponent.has_value()) << "of fewer than five sizes";
    EXPECT_THAT(row.local_exponents, IsEmpty());
  }
  EXPECT_FALSE(rows[1].deviation.has_value());
  EXPECT_NEAR(rows[2].deviation.value(), 0, 1e-12);
}

// Five sizes and more, of which each has the time that is given.
SummaryRows times_of(const std::vector<double>& times) {
  SummaryRows rows;
  std::size_t n = 16;
  for (const double time : times) {
    rows.push_back(row_of("sum", "native/simd", n, rounds_around(time)));
    n *= 4;
  }
  return rows;
}

TEST(GrowthOf, TellsTheExponentOfEachRegimeApart) {
  // Linear in the first cache, and quadratic beyond it.
  SummaryRows rows = times_of({1, 4, 16, 64, 256, 4096, 65536, 1048576, 16777216});
  for (std::size_t i = 0; i < rows.size(); ++i) rows[i].working_set_bytes = i < 5 ? 100 : 5000;
  const auto found = growth_of(rows, caches);
  ASSERT_THAT(lines_of(found), ElementsAre("time all 16-1048576", "time straight 4096-1048576",
                                           "time L1 16-4096", "time L2 4096-1048576"));
  EXPECT_FALSE(found[0].exponent.has_value());
  EXPECT_NEAR(found[1].exponent->value, 2, 1e-12);
  EXPECT_NEAR(found[2].exponent->value, 1, 1e-12);
  EXPECT_NEAR(found[3].exponent->value, 2, 1e-12);
}

TEST(GrowthOf, WhatBendsHasTheExponentOfItsStraightEnd) {
  // The call costs as much as a hundred elements.
  const auto rows = growth_of(times_of({116, 164, 356, 1124, 4196, 16484, 65636, 262244}), {});
  EXPECT_FALSE(rows[0].exponent.has_value());
  EXPECT_GT(rows[0].deviation.value(), 0.25);
  EXPECT_EQ(rows[1].regime, "straight");
  EXPECT_EQ(rows[1].n_from, 256U);
  EXPECT_EQ(rows[1].n_to, 262144U);
  EXPECT_EQ(rows[1].sizes, 6);
  EXPECT_NEAR(rows[1].exponent->value, 1, 0.05);
}

TEST(GrowthOf, WhatIsStraightOverAllSizesNeedsNoOtherRange) {
  for (const GrowthRow& row : growth_of(times_of({1, 4, 16, 64, 256, 1024}), {})) {
    EXPECT_NE(row.regime, "straight");
  }
}

TEST(GrowthOf, WhatHasNoStraightEndOfFiveSizesHasNone) {
  for (const GrowthRow& row : growth_of(times_of({90, 300, 1000, 1000, 300, 90}), {})) {
    EXPECT_NE(row.regime, "straight");
    EXPECT_FALSE(row.exponent.has_value());
  }
}

TEST(GrowthOf, ASizeAloneInTheFirstRegimeHasNoLineOfIt) {
  EXPECT_THAT(lines_of(growth_of({timed("native/simd", 16, 100), timed("native/simd", 64, 5000),
                                  timed("native/simd", 256, 6000)},
                                 caches)),
              ElementsAre("time all 16-256", "time L2 16-256"));
}

TEST(GrowthOf, WithoutKnownCachesEverythingIsMemory) {
  EXPECT_THAT(
      lines_of(growth_of({timed("native/simd", 16, 100), timed("native/simd", 64, 1000)}, {})),
      ElementsAre("time all 16-64", "time memory 16-64"));
}

TEST(GrowthOf, ASingleSizeHasNoLine) {
  EXPECT_THAT(growth_of({timed("native/simd", 16, 100)}, caches), IsEmpty());
}

TEST(GrowthOf, SizesAreTakenInTheirOrderAndVariantsAndThreadsApart) {
  SummaryRow threaded = timed("native/simd", 16, 100);
  threaded.cell.threads = 2;
  const auto rows = growth_of({timed("native/simd", 64, 100), timed("native/plain", 16, 100),
                               threaded, timed("native/simd", 16, 100)},
                              {});
  EXPECT_THAT(lines_of(rows), ElementsAre("time all 16-64", "time memory 16-64"));
  EXPECT_EQ(rows[0].series.threads, 1);
}

TEST(GrowthOf, CellsWithoutALatencyAreLeftOut) {
  SummaryRow failed = timed("native/simd", 64, 100);
  failed.latency_ns.reset();
  failed.round_latencies_ns.clear();
  const auto rows =
      growth_of({timed("native/simd", 16, 100), failed, timed("native/simd", 256, 100)}, {});
  ASSERT_THAT(rows, SizeIs(2));
  EXPECT_EQ(rows[0].sizes, 2);
  ASSERT_THAT(rows[0].local_exponents, SizeIs(1));
  EXPECT_NEAR(rows[0].local_exponents[0].exponent, 1, 1e-12);
}

TEST(GrowthOf, GapsOfPythonVariantsHaveExponentsOfTheirOwn) {
  const auto rows =
      growth_of({gap_row("sum", "python/loop", 16, 4), gap_row("sum", "python/loop", 64, 8)}, {});
  ASSERT_THAT(lines_of(rows), ElementsAre("time all 16-64", "gap all 16-64"))
      << "what data they have is not known, so that there are no regimes";
  EXPECT_NEAR(rows[0].local_exponents.at(0).exponent, 0, 1e-12);
  EXPECT_NEAR(rows[1].local_exponents.at(0).exponent, 0.5, 1e-12);
}

TEST(GrowthOf, SizesWithoutAGapHaveATimeAllTheSame) {
  const SummaryRow alone = row_of("sum", "python/loop", 256, rounds_around(100));
  const auto rows = growth_of(
      {gap_row("sum", "python/loop", 16, 4), gap_row("sum", "python/loop", 64, 8), alone}, {});
  ASSERT_THAT(lines_of(rows), ElementsAre("time all 16-256", "gap all 16-64"));
  EXPECT_EQ(rows[0].sizes, 3);
  EXPECT_EQ(rows[1].sizes, 2);
}

GrowthRow crossover_in(const std::vector<GrowthRow>& rows) {
  std::vector<GrowthRow> found;
  for (const GrowthRow& row : rows) {
    if (row.quantity == "crossover") found.push_back(row);
  }
  EXPECT_THAT(found, SizeIs(1));
  return found.empty() ? GrowthRow{} : found[0];
}

TEST(GrowthOf, AGapThatCrosses1IsACrossoverWithTheFastestNativeVariant) {
  const GrowthRow widens = crossover_in(growth_of(
      {gap_row("sum", "python/numpy", 16, 0.5), gap_row("sum", "python/numpy", 256, 2)}, {}));
  EXPECT_EQ(widens.against, "fastest compiled");
  EXPECT_NEAR(widens.crossover_n.value(), 64, 1e-9);
  EXPECT_EQ(widens.n_from, 16U);
  EXPECT_EQ(widens.n_to, 256U);
  EXPECT_EQ(widens.sizes, 2);
  EXPECT_EQ(widens.faster_beyond, "fastest compiled");
  EXPECT_EQ(widens.regime, "");
  EXPECT_FALSE(widens.exponent.has_value());
  const GrowthRow closes = crossover_in(growth_of(
      {gap_row("sum", "python/numpy", 16, 2), gap_row("sum", "python/numpy", 256, 0.5)}, {}));
  EXPECT_EQ(closes.faster_beyond, "python/numpy");
}

const RunContext loop_first{.baselines = {{"sum", test::variant("python/loop")}}};

TEST(GrowthOf, PythonVariantsCrossTheirKernelsBaseline) {
  // NumPy takes 16 times as long as the loop at n = 16 and a quarter of it at n = 1024.
  const GrowthRow row = crossover_in(growth_of(
      test::contrast("sum", "python/numpy", "python/loop", {{16, 16}, {1024, 0.25}}), loop_first));
  EXPECT_EQ(to_string(row.series.variant), "python/numpy");
  EXPECT_EQ(row.against, "python/loop");
  EXPECT_EQ(row.faster_beyond, "python/numpy");
  EXPECT_NEAR(row.crossover_n.value(), 256, 1e-9);  // four sixths of the way
}

TEST(GrowthOf, ABaselineIsThatOfAsManyThreads) {
  const auto alone = test::contrast("sum", "python/numpy", "python/loop", {{16, 16}, {1024, 0.25}});
  SummaryRows rows = alone;
  for (SummaryRow& row : rows) row.cell.threads = 2;
  rows.insert(rows.end(), alone.begin(), alone.end());
  std::vector<int> threads;
  for (const GrowthRow& row : growth_of(rows, loop_first)) {
    if (row.quantity == "crossover") threads.push_back(row.series.threads);
  }
  EXPECT_THAT(threads, ElementsAre(2, 1));
}

TEST(GrowthOf, ABaselineOfAnotherJobIsCrossedByNobody) {
  SummaryRows rows = test::contrast("sum", "python/numpy", "python/loop", {{16, 16}, {1024, 0.25}});
  for (SummaryRow& row : rows) {
    if (to_string(row.cell.variant) == "python/numpy") row.job = "view";
  }
  for (const GrowthRow& row : growth_of(rows, loop_first)) EXPECT_NE(row.quantity, "crossover");
}

TEST(GrowthOf, ABaselineIsThatOfTheSameEngine) {
  const auto rows =
      growth_of(test::contrast("sum", "python@3.13/numpy", "python/loop", {{16, 16}, {1024, 0.25}}),
                loop_first);
  for (const GrowthRow& row : rows) EXPECT_NE(row.quantity, "crossover");
  EXPECT_EQ(crossover_in(growth_of(test::contrast("sum", "python@3.13/numpy", "python@3.13/loop",
                                                  {{16, 16}, {1024, 0.25}}),
                                   loop_first))
                .against,
            "python@3.13/loop");
}

TEST(GrowthOf, NativeVariantsCrossNothing) {
  const auto rows = growth_of(
      test::contrast("sum", "native/simd", "python/loop", {{16, 16}, {1024, 0.25}}), loop_first);
  for (const GrowthRow& row : rows) EXPECT_NE(row.quantity, "crossover");
}

}  // namespace
}  // namespace gapmeter
