// A duel with processes and time made up: what runs in which order, when it ends, what it reports.
#include "harness/measure/duel.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <cmath>
#include <functional>
#include <optional>

#include "harness/tests/unit/fake_pairs.h"
#include "harness/tests/unit/testing.h"

namespace gapmeter {
namespace {

using test::abandoned;
using test::failing;
using test::FakeClock;
using test::FakePairRunner;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class DuelTest : public ::testing::Test {
 protected:
  DuelResult run() {
    return run_duel({.kernel = "sum", .variant = test::variant("native/simd"), .n = 16, .seed = 7},
                    runner_, clock_, rule_, [&](const DuelRow& row) { rows_.push_back(row); });
  }
  // Ratios that differ so much that no interval is ever narrow.
  void make_noisy() {
    runner_.ratio = [](std::size_t pair) { return pair % 2 == 0 ? 0.5 : 2.0; };
  }

  FakeClock clock_;
  FakePairRunner runner_{clock_};
  DuelRule rule_{};
  std::vector<DuelRow> rows_;
};

TEST_F(DuelTest, VerifiesBothSidesThenCalibratesByBaseThenTimesPairs) {
  rule_.most_pairs = 3;
  run();
  EXPECT_THAT(runner_.log, ElementsAre("verify base", "verify new", "time base", "pair from base",
                                       "pair from new", "pair from base"));
}

TEST_F(DuelTest, RunsAPairOnceMoreWhenAWorkerWasKilled) {
  rule_.most_pairs = 3;
  TaskOutcome killed = failing(Status::oom, "killed by signal 9");
  killed.killed = true;
  runner_.during = [&](std::size_t call) {
    runner_.outcomes.reset();
    if (call == 1) runner_.outcomes = {abandoned(), killed};
  };
  const DuelResult result = run();
  EXPECT_THAT(result.failure, IsEmpty());
  EXPECT_THAT(result.ratios, SizeIs(3));
  EXPECT_THAT(runner_.log, ElementsAre("verify base", "verify new", "time base", "pair from base",
                                       "pair from new", "pair from new", "pair from base"));
}

TEST_F(DuelTest, AWorkerThatIsKilledAgainIsAFailure) {
  TaskOutcome killed = failing(Status::oom, "killed by signal 9");
  killed.killed = true;
  runner_.outcomes = {abandoned(), killed};
  EXPECT_EQ(run().failure, "new: oom: killed by signal 9");
  EXPECT_THAT(runner_.paired, SizeIs(2));
}

TEST_F(DuelTest, RunsTheJobItWasGiven) {
  rule_.most_pairs = 2;
  run();
  std::vector<Task> tasks = runner_.alone;
  tasks.insert(tasks.end(), runner_.paired.begin(), runner_.paired.end());
  for (const Task& task : tasks) {
    EXPECT_EQ(task.kernel, "sum");
    EXPECT_EQ(task.variant, test::variant("native/simd"));
    EXPECT_EQ(task.n, 16U);
    EXPECT_EQ(task.seed, 7U);
  }
}

TEST_F(DuelTest, CalibratesWithoutSlicesOrABatch) {
  run();
  const TimingSpec& timing = runner_.alone.at(2).timing;
  EXPECT_EQ(timing.batch, std::nullopt);
  EXPECT_EQ(timing.slices, std::nullopt);
  EXPECT_EQ(timing.batch_ns, rule_.batch_ns);
}

// Batches of 10 µs: 200 in 2 ms, and that as often as is allowed.
TEST_F(DuelTest, TimesEveryPairByThePlanFromTheCalibration) {
  run();
  for (const Task& task : runner_.paired) {
    EXPECT_EQ(task.pass, Pass::time);
    EXPECT_EQ(task.timing.batch, (BatchPlan{100, Estimator::p10}));
    EXPECT_EQ(task.timing.slices, (SlicePlan{.slices = 24, .batches = 200}));
  }
}

TEST_F(DuelTest, ReportsTheMediansAndTheRatioOfEachPair) {
  rule_.most_pairs = 2;
  runner_.calibration = test::timing_of(33e6, 1);  // 33 ms: three slices of one call
  runner_.outcomes = {FakePairRunner::timed({100, 400, 200}),
                      FakePairRunner::timed({110, 400, 260})};
  const DuelResult result = run();
  EXPECT_EQ(result.failure, "");
  EXPECT_THAT(result.base_ns, ElementsAre(200, 200));
  EXPECT_THAT(result.new_ns, ElementsAre(260, 260));
  EXPECT_THAT(result.ratios, ElementsAre(110.0 / 100, 110.0 / 100));
}

TEST_F(DuelTest, RecordsBothSidesOfEveryPair) {
  rule_.most_pairs = 2;
  run();
  ASSERT_THAT(rows_, SizeIs(4));
  for (std::size_t i = 0; i < rows_.size(); ++i) {
    EXPECT_EQ(rows_[i].pair, static_cast<int>(i / 2));
    EXPECT_EQ(rows_[i].side, static_cast<int>(i % 2));
    EXPECT_TRUE(rows_[i].outcome.measurement.timing.has_value());
  }
}

TEST_F(DuelTest, DifferingInputsAreAnErrorAndNothingIsTimed) {
  runner_.digests[1] = "00000000000000bb";
  const DuelResult result = run();
  EXPECT_EQ(result.status, Status::error);
  EXPECT_THAT(result.failure, HasSubstr("different inputs"));
  EXPECT_THAT(runner_.log, ElementsAre("verify base", "verify new"));
}

TEST_F(DuelTest, ASideThatFailsVerificationIsNamed) {
  runner_.unverified[0] = failing(Status::mismatch, "y[0] is 1");
  EXPECT_EQ(run().failure, "base: mismatch: y[0] is 1");
  EXPECT_THAT(runner_.log, ElementsAre("verify base"));
  runner_.unverified = {std::nullopt, failing(Status::crashed, "killed")};
  const DuelResult result = run();
  EXPECT_EQ(result.failure, "new: crashed: killed");
  EXPECT_EQ(result.status, Status::crashed);
}

TEST_F(DuelTest, ASkippedSideIsSkippedNotAnError) {
  runner_.unverified[1] = failing(Status::skipped, "no numpy");
  const DuelResult result = run();
  EXPECT_EQ(result.status, Status::skipped);
  EXPECT_EQ(result.failure, "new: skipped: no numpy");
  EXPECT_THAT(runner_.paired, IsEmpty());
}

TEST_F(DuelTest, AFailedCalibrationEndsIt) {
  runner_.uncalibrated = failing(Status::oom, "out of memory");
  EXPECT_EQ(run().failure, "base: oom: out of memory");
  EXPECT_THAT(runner_.paired, IsEmpty());
}

// Base was told to wait while new crashed: it is new's failure that counts.
TEST_F(DuelTest, ASideThatWasEndedForTheOthersSakeDoesNotHideTheReason) {
  runner_.outcomes = {abandoned(), failing(Status::crashed, "killed")};
  EXPECT_EQ(run().failure, "new: crashed: killed");
  runner_.outcomes = {failing(Status::timeout, "still running"), abandoned()};
  EXPECT_EQ(run().failure, "base: timeout: still running");
  EXPECT_THAT(rows_, IsEmpty());
}

TEST_F(DuelTest, APairThatFailsEndsIt) {
  runner_.during = [&](std::size_t pair) {
    if (pair == 2) runner_.outcomes = {abandoned(), failing(Status::crashed, "killed")};
  };
  const DuelResult result = run();
  EXPECT_THAT(runner_.paired, SizeIs(3));
  EXPECT_EQ(result.failure, "new: crashed: killed");
}

TEST_F(DuelTest, AnAbandonedPairIsNoFailure) {
  runner_.during = [&](std::size_t pair) {
    if (pair == 2) runner_.outcomes = {abandoned(), abandoned()};
  };
  const DuelResult result = run();
  EXPECT_EQ(result.failure, "");
  EXPECT_THAT(result.ratios, SizeIs(2));
}

// Workers of another build may answer at once, or cut their rounds otherwise.
TEST_F(DuelTest, ARoundThatIsNotCutAsToldIsAnError) {
  runner_.calibration = test::timing_of(33e6, 1);
  runner_.outcomes = {FakePairRunner::timed({1, 2, 3}), FakePairRunner::timed({1, 2})};
  EXPECT_THAT(run().failure, HasSubstr("new: error: "));
  runner_.outcomes = {FakePairRunner::timed({}), FakePairRunner::timed({1, 2, 3})};
  EXPECT_THAT(run().failure, HasSubstr("base: error: "));
  runner_.uncalibrated = TaskOutcome{};
  EXPECT_THAT(run().failure, HasSubstr("base: error: "));
}

// The range of 8 equal ratios is the first interval of 99 %: 2 / 2^8 is below 1 %, 2 / 2^7 is not.
TEST_F(DuelTest, EndsWhenTwoThirdsOfThePairsHaveANarrowInterval) {
  runner_.pair_s = 0.1;
  EXPECT_THAT(run().ratios, SizeIs(12));
}

// It is narrow once, after 8, and wide from the ninth on, which doesn't matter any more.
TEST_F(DuelTest, RunsFurtherPairsWhateverTheyShow) {
  runner_.pair_s = 0.1;
  runner_.ratio = [](std::size_t pair) { return pair < 8 ? 1.0 : 2.0 * static_cast<double>(pair); };
  EXPECT_THAT(run().ratios, SizeIs(12));
}

TEST_F(DuelTest, MoreConfidenceTakesMorePairs) {
  rule_.confidence = 0.999;
  runner_.pair_s = 0.1;
  EXPECT_THAT(run().ratios, SizeIs(17));
}

// The range of the first 8 ratios is just as wide as allowed, or a little wider.
TEST_F(DuelTest, TheHalfWidthIsInLogarithms) {
  for (const bool narrow : {true, false}) {
    FakeClock clock;
    FakePairRunner runner(clock);
    const double from_middle = narrow ? 0.0099 : 0.0101;
    runner.ratio = [=](std::size_t pair) {
      return 5 * std::exp(pair % 2 == 0 ? from_middle : -from_middle);
    };
    runner.pair_s = 0.1;
    const DuelResult result = run_duel({.kernel = "sum"}, runner, clock, rule_);
    if (narrow) {
      EXPECT_THAT(result.ratios, SizeIs(12));
    } else {
      EXPECT_GT(result.ratios.size(), 12U);
    }
  }
}

TEST_F(DuelTest, EndsAfterTheMostPairs) {
  make_noisy();
  rule_.most_pairs = 4;
  EXPECT_THAT(run().ratios, SizeIs(4));
}

// A pair takes a second: ten end at 10 s, and an eleventh would end later.
TEST_F(DuelTest, EndsBeforeTheShortBudgetIsExceededWhereCallsAreShort) {
  make_noisy();
  rule_.short_budget_s = 10;
  rule_.long_budget_s = 15;
  const DuelResult result = run();
  EXPECT_THAT(result.ratios, SizeIs(10));
  EXPECT_DOUBLE_EQ(result.seconds, 10);
}

TEST_F(DuelTest, EndsBeforeTheLongBudgetIsExceededWhereCallsAreLong) {
  make_noisy();
  runner_.calibration.batch.estimator = Estimator::median;
  rule_.short_budget_s = 10;
  rule_.long_budget_s = 15;
  EXPECT_THAT(run().ratios, SizeIs(15));
}

// Verification and calibration take 6 s, a pair 1 s: the eighth ends at 14 s, a ninth would at 15.
TEST_F(DuelTest, WhatPrecedesThePairsCountsIntoTheBudget) {
  make_noisy();
  runner_.alone_s = 2;
  rule_.short_budget_s = 14.5;
  EXPECT_THAT(run().ratios, SizeIs(8));
  runner_.alone_s = 0;
  EXPECT_THAT(run().ratios, SizeIs(14));
}

TEST_F(DuelTest, TimesOnePairWhateverTheBudget) {
  rule_.short_budget_s = -5;
  EXPECT_THAT(run().ratios, SizeIs(1));
}

TEST_F(DuelTest, EndsAfterThePairInHandWhenStopped) {
  std::atomic<bool> stop{false};
  rule_.stop = &stop;
  make_noisy();
  runner_.during = [&](std::size_t pair) { stop = pair == 2; };
  EXPECT_THAT(run().ratios, SizeIs(3));
}

// Looking at where the interval lies would end some of these earlier, and be wrong more often than
// the confidence says.
TEST_F(DuelTest, WhereTheIntervalLiesDoesNotMatter) {
  std::vector<std::size_t> pairs;
  for (const double centre : {0.2, 0.97, 1.0, 1.005, 1.02, 1.05, 3.0}) {
    FakeClock clock;
    FakePairRunner runner(clock);
    runner.pair_s = 0;
    runner.ratio = [=](std::size_t pair) {
      return centre * std::exp(0.009 * (static_cast<double>(pair * 5 % 11) - 5));
    };
    pairs.push_back(run_duel({.kernel = "sum"}, runner, clock, rule_).ratios.size());
  }
  EXPECT_GT(pairs.front(), 12U);
  EXPECT_LT(pairs.front(), 1000U);
  EXPECT_THAT(pairs, Each(pairs.front()));
}

// Ratios 1.1, 1.3 and 1.0; the ratio of the medians is 1.3.
TEST(RatioOfSlices, IsTheMedianOfTheSlicesRatios) {
  EXPECT_DOUBLE_EQ(ratio_of_slices({100, 200, 400}, {110, 260, 400}), 1.1);
}

// The machine is a hundred times slower in the second slice, for both.
TEST(RatioOfSlices, PhasesOfTheMachineCancel) {
  EXPECT_DOUBLE_EQ(ratio_of_slices({10, 1000, 10}, {20, 2000, 20}), 2);
}

TEST(RatioOfSlices, OfOneSlice) { EXPECT_DOUBLE_EQ(ratio_of_slices({4}, {5}), 1.25); }

constexpr std::int64_t a_millisecond = 1'000'000;

SlicePlan plan_for(double p50_ns, std::int64_t calls) {
  Timing timing = test::timing_of(1, calls);
  timing.p50_ns = p50_ns;
  return plan_slices(timing, {.slice_ns = 2 * a_millisecond, .round_ns = 25 * a_millisecond});
}

// 10 µs: 200 batches in a slice of 2 ms, 12.5 slices in a round.
TEST(PlanSlices, FillsASliceWithShortBatches) {
  EXPECT_EQ(plan_for(100, 100), (SlicePlan{.slices = 13, .batches = 200}));
  EXPECT_EQ(plan_for(10'000, 1), (SlicePlan{.slices = 13, .batches = 200}));
}

// 0.7 ms: 2.86 batches in a slice; three are 2.1 ms, 11.9 times in a round.
TEST(PlanSlices, RoundsToTheNearestNumberOfBatches) {
  EXPECT_EQ(plan_for(700'000, 1), (SlicePlan{.slices = 12, .batches = 3}));
}

TEST(PlanSlices, ABatchLongerThanASliceIsOne) {
  EXPECT_EQ(plan_for(5e6, 1), (SlicePlan{.slices = 5, .batches = 1}));
}

TEST(PlanSlices, ARoundHasNoMoreThanTheMostSlices) {
  EXPECT_EQ(
      plan_slices(test::timing_of(1e6, 1),
                  {.slice_ns = a_millisecond, .most_slices = 7, .round_ns = 100 * a_millisecond}),
      (SlicePlan{.slices = 7, .batches = 1}));
}

TEST(PlanSlices, ABatchLongerThanARoundIsTheRound) {
  EXPECT_EQ(plan_for(60e6, 1), (SlicePlan{.slices = 1, .batches = 1}));
}

// The mean and the estimate may be disturbed or optimistic; the median is what most batches take.
TEST(PlanSlices, GoesByTheMedianBatch) {
  Timing timing = test::timing_of(1, 1);
  timing.p50_ns = 1e6;
  timing.mean_ns = 1e9;
  EXPECT_EQ(plan_slices(timing, {.slice_ns = 2 * a_millisecond, .round_ns = 20 * a_millisecond}),
            (SlicePlan{.slices = 10, .batches = 2}));
}

}  // namespace
}  // namespace gapmeter
