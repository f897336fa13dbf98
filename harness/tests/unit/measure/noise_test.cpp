// What doctor measures: a build against itself.
#include "harness/measure/noise.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "harness/tests/unit/support/fake_pairs.h"
#include "harness/tests/unit/support/rows.h"
#include "harness/tests/unit/support/testing.h"

namespace gapmeter {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class MeasureNoise : public ::testing::Test {
 protected:
  // Sixteen pairs, eight of which are as many as the rounds of a gap. The confidence is that of the
  // range of eight ratios.
  NoiseCell measure() {
    return measure_noise(test::cell("python/loop"), runner_, clock_, rule_, 8);
  }
  test::FakeClock clock_;
  test::FakePairRunner runner_{clock_};
  DuelRule rule_{.most_pairs = 16, .confidence = 1 - 2.0 / 256, .short_budget_s = 1000};
};

// Among eight ratios one that is far off may be the end of the interval, among sixteen not.
TEST_F(MeasureNoise, IsTheIntervalOverAllPairsAndOverThoseOfAGap) {
  runner_.pair_s = 0.5;
  runner_.ratio = [](std::size_t pair) { return pair == 0 ? 0.9 : 1.1; };
  const NoiseCell noise = measure();
  EXPECT_EQ(noise.failure, "");
  EXPECT_EQ(noise.cell, test::cell("python/loop"));
  EXPECT_DOUBLE_EQ(noise.change.value().low, 1.1);
  EXPECT_DOUBLE_EQ(noise.change.value().high, 1.1);
  EXPECT_DOUBLE_EQ(noise.gap.value().low, 0.9);
  EXPECT_DOUBLE_EQ(noise.gap.value().high, 1.1);
  EXPECT_DOUBLE_EQ(noise.seconds, 8);
}

TEST_F(MeasureNoise, OfFewPairsIsTheSameForBoth) {
  rule_.most_pairs = 8;
  runner_.ratio = [](std::size_t pair) { return pair == 0 ? 0.9 : 1.1; };
  const NoiseCell noise = measure_noise(test::cell("python/loop"), runner_, clock_, rule_, 100);
  EXPECT_EQ(noise.change, (Interval{0.9, 1.1}));
  EXPECT_EQ(noise.gap, noise.change);
}

// Verification and calibration apart, nothing runs but pairs.
TEST_F(MeasureNoise, TakesNothingButADuel) {
  rule_.most_pairs = 2;
  measure();
  EXPECT_THAT(runner_.log,
              ElementsAre("verify base", "verify new", "time base", "pair 0", "pair 1"));
}

TEST_F(MeasureNoise, TellsHowManySlicesWereUndisturbed) {
  rule_.most_pairs = 4;
  runner_.probe = [](std::size_t pair) { return pair == 2 ? 2000 : 1000; };
  const NoiseCell noise = measure();
  EXPECT_EQ(noise.slices, 4 * 2 * 10);
  EXPECT_EQ(noise.undisturbed, 3 * 2 * 10);
}

TEST_F(MeasureNoise, AFailureHasNoIntervals) {
  runner_.unverified[1] = test::failing(Status::crashed, "killed");
  const NoiseCell noise = measure();
  EXPECT_THAT(noise.failure, HasSubstr("killed"));
  EXPECT_EQ(noise.change, std::nullopt);
  EXPECT_EQ(noise.gap, std::nullopt);
}

TEST_F(MeasureNoise, AFailureAfterPairsHasNone) {
  runner_.during = [&](std::size_t pair) {
    if (pair == 9) runner_.outcomes = {test::abandoned(), test::failing(Status::oom, "killed")};
  };
  runner_.ratio = [](std::size_t pair) { return pair % 2 == 0 ? 0.9 : 1.1; };
  const NoiseCell noise = measure();
  EXPECT_THAT(noise.failure, HasSubstr("killed"));
  EXPECT_EQ(noise.change, std::nullopt);
}

TEST_F(MeasureNoise, WithoutAPairIsUnknown) {
  runner_.outcomes = {test::abandoned(), test::abandoned()};
  const NoiseCell noise = measure();
  EXPECT_EQ(noise.failure, "");
  EXPECT_EQ(noise.change, std::nullopt);
  EXPECT_EQ(noise.gap, std::nullopt);
}

}  // namespace
}  // namespace gapmeter
