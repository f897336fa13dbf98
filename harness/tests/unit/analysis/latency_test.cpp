// A cell's figure from its rounds, by hand: states, speeds and ratios.
#include "harness/analysis/latency.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "harness/tests/unit/support/rows.h"

namespace gapmeter {
namespace {

using ::testing::AllOf;
using ::testing::DoubleNear;
using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::IsEmpty;
using ::testing::SizeIs;

RoundValues rounds_of(const std::vector<double>& values) {
  RoundValues rounds;
  for (std::size_t i = 0; i < values.size(); ++i) {
    rounds.push_back({static_cast<int>(i), values[i]});
  }
  return rounds;
}

RoundRow row_with(int round, const Slices& slices) {
  RoundRow row = test::time_row(test::cell("python/loop"), round, 1);
  row.measurement.timing->slices = slices;
  return row;
}

auto speed(double latency_ns, std::vector<int> rounds) {
  return AllOf(Field(&Speed::latency_ns, DoubleNear(latency_ns, 1e-9)),
               Field(&Speed::rounds, std::move(rounds)));
}

class LatenciesTest : public ::testing::Test {
 protected:
  const RoundRow first_ = row_with(0, {{10, 100, 100}, {12, 100, 100}, {30, 200, 100}});
  const RoundRow second_ = row_with(3, {{40, 200, 200}});
  const std::vector<const RoundRow*> rounds_{&first_, &second_};
};

TEST_F(LatenciesTest, OfAStateAreThoseOfTheRoundsThatSawIt) {
  EXPECT_THAT(undisturbed_latencies(rounds_, 100), ElementsAre(RoundValue{0, 11}));
  EXPECT_THAT(disturbed_latencies(rounds_, 100), ElementsAre(RoundValue{0, 30}, RoundValue{3, 40}));
}

TEST_F(LatenciesTest, OfAllSlicesAreThoseOfEveryRound) {
  EXPECT_THAT(all_latencies(rounds_), ElementsAre(RoundValue{0, 12}, RoundValue{3, 40}));
}

// 20 % of five values are one at each end; the rest multiply to 10^3.
TEST(FigureOf, IsTheGeometricTrimmedMeanOfOneSpeed) {
  EXPECT_NEAR(figure_of(rounds_of({9, 100 / 9.0, 10, 8, 13})), 10, 1e-12);
  EXPECT_NEAR(figure_of(rounds_of({8, 12.5})), 10, 1e-12) << "of few, none is left out";
}

TEST(FigureOf, IsTheSpeedOfMostRounds) {
  EXPECT_NEAR(figure_of(rounds_of({11, 80, 11, 80, 80})), 80, 1e-9);
  EXPECT_NEAR(figure_of(rounds_of({11, 80, 11, 80})), 80, 1e-9) << "as frequent: the slower";
  EXPECT_NEAR(figure_of(rounds_of({11, 80, 11, 11, 11})), 11, 1e-9) << "one round is no speed";
}

TEST(SpeedsOf, AreOneWithoutAGapBetweenGroups) {
  EXPECT_THAT(speeds_of(rounds_of({10, 11, 12, 13, 14, 15, 16, 17})), SizeIs(1));
  EXPECT_THAT(speeds_of(rounds_of({10, 10, 12, 12})), SizeIs(1)) << "nearer than a quarter";
  EXPECT_THAT(speeds_of(rounds_of({10, 13, 17, 22})), SizeIs(1)) << "as far within as between";
  EXPECT_THAT(speeds_of(rounds_of({5})), SizeIs(1));
}

TEST(SpeedsOf, MayBeThree) {
  EXPECT_THAT(speeds_of(rounds_of({900, 10, 100, 10, 100, 900})),
              ElementsAre(speed(10, {1, 3}), speed(100, {2, 4}), speed(900, {0, 5})));
}

TEST(SpeedsOf, LeaveOutARoundThatIsAlone) {
  EXPECT_THAT(speeds_of(rounds_of({11, 80, 11, 80, 3000})),
              ElementsAre(speed(11, {0, 2}), speed(80, {1, 3})));
}

TEST(DifferenceBetween, NamesWhatTheSlowerHadMoreOf) {
  RoundRow fast = test::time_row(test::cell("python/loop"), 0, 10);
  RoundRow slow = test::time_row(test::cell("python/loop"), 1, 20);
  const std::vector<const RoundRow*> rounds{&fast, &slow};
  const Speed faster{10, {0}}, slower{20, {1}};
  EXPECT_EQ(difference_between(faster, slower, rounds), "");
  Timing& timing = *slow.measurement.timing;
  timing.involuntary_switches = timing.calls * timing.batches / 4;
  EXPECT_EQ(difference_between(faster, slower, rounds),
            "switches to others a call: 0.25, against none");
  timing.minor_faults = 93 * timing.calls * timing.batches;
  EXPECT_EQ(difference_between(faster, slower, rounds), "page faults a call: 93, against none");
  fast.measurement.timing->minor_faults = 60 * timing.calls * timing.batches;
  EXPECT_EQ(difference_between(faster, slower, rounds),
            "switches to others a call: 0.25, against none")
      << "less than twice as many";
}

TEST(IntervalOf, NeedsThreeRounds) {
  EXPECT_EQ(interval_of(rounds_of({10, 11}), 0.95), std::nullopt);
  const auto interval = interval_of(rounds_of({9, 10, 11}), 0.95);
  ASSERT_TRUE(interval.has_value());
  EXPECT_LT(interval->low, 9);
  EXPECT_GT(interval->high, 11);
}

TEST(IntervalOf, SeveralSpeedsSpansThemAll) {
  EXPECT_EQ(interval_of(rounds_of({11, 80, 12, 82, 80}), 0.95), (Interval{11, 82}));
}

TEST(RatioOf, IsTheQuotientOfTheFigures) {
  const RoundValues a = rounds_of({1, 2, 0.5}), b = rounds_of({10, 20, 40});
  EXPECT_NEAR(ratio_of(b, a, 0.95).value, 20, 1e-12);
  EXPECT_NEAR(ratio_of(a, b, 0.95).value * ratio_of(b, a, 0.95).value, 1, 1e-12);
}

// What a round did to both is no part of what is known of the ratio.
TEST(RatioOf, PairsTheRoundsThatBothHave) {
  const RoundValues a = rounds_of({1, 1.1, 0.9, 1.2, 1.05, 0.95, 1.15, 1});
  RoundValues b = a;
  for (RoundValue& round : b) round.value *= 3;
  const auto half_width = [&] {
    const Estimate ratio = ratio_of(b, a, 0.95);
    EXPECT_TRUE(ratio.interval.has_value());
    return ratio.interval ? (ratio.interval->high - ratio.interval->low) / 2 : 0;
  };
  EXPECT_NEAR(half_width(), 0, 1e-6);
  b.back().round = 20;
  const double but_one = half_width();
  EXPECT_GT(but_one, 0.05);
  for (RoundValue& round : b) round.round += 100;
  EXPECT_GT(half_width(), 0.2);
  EXPECT_LT(but_one, 0.1);
  EXPECT_EQ(ratio_of(rounds_of({1, 2}), rounds_of({3, 4}), 0.95).interval, std::nullopt);
}

TEST(RatioOf, SeveralSpeedsSpansWhatTheirRoundsAllow) {
  EXPECT_EQ(ratio_of(rounds_of({11, 80, 11, 80, 80}), rounds_of({2, 2, 2, 2, 1}), 0.95).interval,
            (Interval{5.5, 80}));
}

TEST(DriftOf, NeedsThirdsOfThreeSlices) {
  const auto round = [](std::size_t slices) {
    Slices all(slices, {10, 100, 100});
    for (std::size_t i = 0; i < slices / 3; ++i) all[i].call_ns = 30;
    return row_with(0, all);
  };
  const RoundRow few = round(8), many = round(9);
  EXPECT_EQ(drift_of({&few}), std::nullopt);
  EXPECT_NEAR(drift_of({&many}).value_or(0), 1 / 3.0, 1e-12);
}

TEST(DriftOf, IsNotToldBelowFivePercent) {
  Slices slices(9, {100, 100, 100});
  for (std::size_t i = 6; i < 9; ++i) slices[i].call_ns = 104;
  const RoundRow little = row_with(0, slices);
  EXPECT_EQ(drift_of({&little}), std::nullopt);
  for (std::size_t i = 6; i < 9; ++i) slices[i].call_ns = 110;
  const RoundRow slower = row_with(0, slices);
  EXPECT_NEAR(drift_of({&slower}).value_or(0), 1.1, 1e-12);
}

}  // namespace
}  // namespace gapmeter
