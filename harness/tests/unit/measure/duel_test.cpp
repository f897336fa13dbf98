// A duel with processes and time made up: what runs in which order, when it ends, what it reports.
#include "harness/measure/duel.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <cmath>
#include <functional>
#include <optional>
#include <set>

#include "harness/tests/unit/support/fake_pairs.h"
#include "harness/tests/unit/support/rows.h"
#include "harness/tests/unit/support/script_workers.h"

namespace gapmeter {
namespace {

using test::abandoned;
using test::failing;
using test::FakeClock;
using test::FakePairRunner;
using test::slices;
using test::slices_taking;
using test::timed;
using ::testing::DoubleEq;
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
  EXPECT_THAT(runner_.log,
              ElementsAre("verify base", "verify new", "time base", "pair 0", "pair 1", "pair 2"));
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

TEST_F(DuelTest, CalibratesInATenthOfARound) {
  rule_.round_ns = 5000;
  run();
  EXPECT_EQ(runner_.alone.at(2).timing, (TimingSpec{.round_ns = 500}));
}

// 50 batches in ten slices.
TEST_F(DuelTest, CutsEveryPairAsTheCalibrationWas) {
  rule_.round_ns = 5000;
  run();
  for (const Task& task : runner_.paired) {
    EXPECT_EQ(task.pass, Pass::time);
    EXPECT_EQ(task.timing,
              (TimingSpec{.round_ns = 5000, .plan = SlicePlan{.calls = 100, .batches = 0}}));
  }
}

TEST_F(DuelTest, ReportsTheMedianOfBaseAndTheRatioOfEachPair) {
  rule_.most_pairs = 2;
  runner_.outcomes = {timed(slices_taking({100, 400, 200})), timed(slices_taking({110, 400, 260}))};
  const DuelResult result = run();
  EXPECT_EQ(result.failure, "");
  EXPECT_THAT(result.base_ns, ElementsAre(200, 200));
  EXPECT_THAT(result.ratios, ElementsAre(110.0 / 100, 110.0 / 100));
  EXPECT_THAT(result.new_ns, ElementsAre(DoubleEq(220), DoubleEq(220))) << "they belong together";
}

TEST_F(DuelTest, CountsTheSlicesOfBothSidesAndThoseThatWereUndisturbed) {
  rule_.most_pairs = 3;
  runner_.probe = [](std::size_t pair) { return pair == 1 ? 1040 : 1000; };
  const DuelResult result = run();
  EXPECT_EQ(result.slices, 3 * 2 * 10);
  EXPECT_EQ(result.undisturbed, 2 * 2 * 10);
}

// The first pair's best probe is the later ones' worst: what passed for undisturbed was not.
TEST_F(DuelTest, LaterPairsTellWhatWasDisturbedInEarlierOnes) {
  Slices compared = slices_taking({100, 100, 100, 100, 100, 100}, 1100);
  const Slices worse = slices_taking({300, 300, 300, 300, 300, 300, 300, 300}, 1200);
  compared.insert(compared.end(), worse.begin(), worse.end());
  const Slices base = slices_taking(std::vector<double>(14, 100), 1100);
  runner_.during = [&](std::size_t pair) {
    runner_.outcomes.reset();
    if (pair == 0) runner_.outcomes = {timed(base), timed(compared)};
  };
  rule_.most_pairs = 1;
  DuelResult result = run();
  EXPECT_THAT(result.ratios, ElementsAre(1));
  EXPECT_EQ(result.undisturbed, 14 + 6);
  runner_.paired.clear();
  rule_.most_pairs = 2;
  result = run();
  EXPECT_THAT(result.ratios, ElementsAre(3, 1)) << "of the first all slices count now";
  EXPECT_THAT(result.new_ns, ElementsAre(300, 100));
  EXPECT_EQ(result.undisturbed, 2 * 10);
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

TEST_F(DuelTest, TheFirstSideThatFailsIsNamed) {
  runner_.outcomes = {timed(slices_taking({1})), failing(Status::crashed, "killed")};
  EXPECT_EQ(run().failure, "new: crashed: killed");
  runner_.outcomes = {failing(Status::timeout, "still running"),
                      failing(Status::crashed, "killed")};
  EXPECT_EQ(run().failure, "base: timeout: still running");
  EXPECT_THAT(rows_, IsEmpty());
}

// The user stopped waiting while new had crashed: that is a failure all the same.
TEST_F(DuelTest, ASideThatWasAbandonedDoesNotHideWhyTheOtherFailed) {
  runner_.outcomes = {abandoned(), failing(Status::crashed, "killed")};
  EXPECT_EQ(run().failure, "new: crashed: killed");
}

TEST_F(DuelTest, APairThatFailsEndsIt) {
  runner_.during = [&](std::size_t pair) {
    if (pair == 2) {
      runner_.outcomes = {timed(slices_taking({1})), failing(Status::crashed, "killed")};
    }
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

// Workers of another build may answer at once.
TEST_F(DuelTest, ARoundThatWasNotTimedIsAnError) {
  runner_.outcomes = {timed(slices_taking({1})), TaskOutcome{}};
  EXPECT_THAT(run().failure, HasSubstr("new: error: "));
  runner_.outcomes = {TaskOutcome{}, timed(slices_taking({1}))};
  EXPECT_THAT(run().failure, HasSubstr("base: error: "));
  runner_.uncalibrated = TaskOutcome{};
  EXPECT_THAT(run().failure, HasSubstr("base: error: "));
}

// The slower one may find room for fewer in its round.
TEST_F(DuelTest, TheSidesMayHaveDifferentNumbersOfSlices) {
  rule_.most_pairs = 1;
  runner_.outcomes = {timed(slices_taking({100, 100, 100})), timed(slices_taking({200, 200}))};
  const DuelResult result = run();
  EXPECT_EQ(result.failure, "");
  EXPECT_THAT(result.ratios, ElementsAre(2));
  EXPECT_EQ(result.slices, 5);
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
  runner_.calibration.calls = 1;
  runner_.calibration.batches = 10;  // one in each slice
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
TEST(RatioOfSlices, IsTheMedianOfTheTurnsRatios) {
  EXPECT_DOUBLE_EQ(
      ratio_of_slices(slices_taking({100, 200, 400}), slices_taking({110, 260, 400}), 1000).ratio,
      1.1);
}

// The machine is a hundred times slower in the second turn, for both.
TEST(RatioOfSlices, PhasesOfTheMachineCancel) {
  EXPECT_DOUBLE_EQ(
      ratio_of_slices(slices_taking({10, 1000, 10}), slices_taking({20, 2000, 20}), 1000).ratio, 2);
}

TEST(RatioOfSlices, OfOneSlice) {
  EXPECT_DOUBLE_EQ(ratio_of_slices(slices_taking({4}), slices_taking({5}), 1000).ratio, 1.25);
}

TEST(RatioOfSlices, TurnsThatOneSideAloneHadDoNotCount) {
  EXPECT_DOUBLE_EQ(ratio_of_slices(slices_taking({1, 1, 1}), slices_taking({2, 4}), 1000).ratio, 3);
  EXPECT_DOUBLE_EQ(ratio_of_slices(slices_taking({1, 1}), slices_taking({2, 4, 100}), 1000).ratio,
                   3);
}

// A side with shorter calls has more slices in the same time, and those alone say nothing of the
// pair: base times the ratio would be less than any slice of new took.
TEST(RatioOfSlices, BaseIsOfTheTurnsThatBothHad) {
  const RatioOfSlices pair =
      ratio_of_slices(slices_taking({5, 2, 2, 2, 2}), slices_taking({50}), 1000);
  EXPECT_DOUBLE_EQ(pair.base_ns, 5);
  EXPECT_DOUBLE_EQ(pair.base_ns * pair.ratio, 50);
}

// Slices of both sides in which new takes `ratio` times as long as base.
struct Turn {
  double ratio;
  Slice base{.probe_before = 1000, .probe_after = 1000};
  Slice compared{.probe_before = 1000, .probe_after = 1000};
};

double ratio_of(const std::vector<Turn>& turns) {
  Slices base, compared;
  for (const Turn& turn : turns) {
    base.push_back({100, turn.base.probe_before, turn.base.probe_after});
    compared.push_back({100 * turn.ratio, turn.compared.probe_before, turn.compared.probe_after});
  }
  return ratio_of_slices(base, compared, 1000).ratio;
}

// Any of the four probes of a turn may tell.
const std::vector<Turn> disturbed{
    {9, {.probe_before = 1040, .probe_after = 1000}},
    {9, {.probe_before = 1000, .probe_after = 1040}},
    {9, {.probe_before = 1000, .probe_after = 1000}, {.probe_before = 1040, .probe_after = 1000}},
    {9, {.probe_before = 1000, .probe_after = 1000}, {.probe_before = 1000, .probe_after = 1040}}};

TEST(RatioOfSlices, IsThatOfUndisturbedTurnsIfThereAreFive) {
  for (const Turn& turn : disturbed) {
    std::vector<Turn> turns(6, turn);
    for (const double ratio : {1.0, 1.1, 1.2, 1.3, 1.4}) turns.push_back({ratio});
    EXPECT_DOUBLE_EQ(ratio_of(turns), 1.2);
  }
}

TEST(RatioOfSlices, IsThatOfAllTurnsIfFewerThanFiveWereUndisturbed) {
  for (const Turn& turn : disturbed) {
    std::vector<Turn> turns(6, turn);
    for (const double ratio : {1.0, 1.1, 1.2, 1.3}) turns.push_back({ratio});
    EXPECT_DOUBLE_EQ(ratio_of(turns), 9);
  }
}

TEST(RatioOfSlices, ProbesThatAreHardlySlowerDisturbNothing) {
  std::vector<Turn> turns(5, {2, {.probe_before = 1029, .probe_after = 1029}});
  for (int i = 0; i < 6; ++i) turns.push_back({9, {.probe_before = 1031, .probe_after = 1000}});
  EXPECT_DOUBLE_EQ(ratio_of(turns), 2);
}

// With workers that are shell scripts.
class ProcessPairRunnerTest : public ::testing::Test {
 protected:
  std::array<TaskOutcome, 2> run_pair(int pair) {
    ProcessPairRunner runner(workers_.settings("A", base_), workers_.settings("B", compared_));
    return runner.run_pair(workers_.task(), pair);
  }

  test::ScriptWorkers workers_;
  std::string base_ = slices(6, "answer base"), compared_ = slices(6, "answer new");
};

TEST_F(ProcessPairRunnerTest, TheSidesTakeTurnsInAnotherOrderInEachPair) {
  std::set<std::string> orders;
  for (const int pair : {0, 1, 2, 3}) {
    workers_.remove("turns");
    run_pair(pair);
    EXPECT_EQ(workers_.turns(), test::turns_of(static_cast<std::uint64_t>(pair), {6, 6}));
    orders.insert(workers_.turns());
  }
  EXPECT_GT(orders.size(), 1U);
}

TEST_F(ProcessPairRunnerTest, BothGetTheSameTaskAndHaveTheirOwnOutcome) {
  const std::string keep = "echo \"$request\" >request$letter; ";
  base_ = keep + base_;
  compared_ = keep + compared_;
  const auto outcomes = run_pair(0);
  EXPECT_EQ(outcomes[0].measurement.reason, "base");
  EXPECT_EQ(outcomes[1].measurement.reason, "new");
  for (const char* name : {"requestA", "requestB"}) {
    EXPECT_EQ(std::get<Task>(decode_request(workers_.file(name)).task), workers_.task());
  }
}

TEST_F(ProcessPairRunnerTest, ASideThatCrashesLeavesTheOtherItsRound) {
  compared_ = slices(2, "kill -SEGV $$");
  const auto outcomes = run_pair(0);
  EXPECT_EQ(outcomes[0].measurement.reason, "base");
  EXPECT_EQ(outcomes[1].measurement.status, Status::crashed);
  EXPECT_EQ(workers_.turns(), test::turns_of(0, {6, 2}));
}

TEST_F(ProcessPairRunnerTest, RunsATaskOnOneSideAlone) {
  ProcessPairRunner runner(workers_.settings("A", base_), workers_.settings("B", compared_));
  EXPECT_EQ(runner.run(0, workers_.task()).measurement.reason, "base");
  EXPECT_EQ(workers_.turns(), "AAAAAA");
  EXPECT_EQ(runner.run(1, workers_.task()).measurement.reason, "new");
  EXPECT_EQ(workers_.turns(), "AAAAAABBBBBB");
}

TEST_F(ProcessPairRunnerTest, ASideThatDoesNotStartHasFailed) {
  WorkerSettings missing = workers_.settings("B", "");
  missing.native_command = {"/nowhere/gapmeter", worker_argument};
  ProcessPairRunner runner(workers_.settings("A", base_), missing);
  const auto outcomes = runner.run_pair(workers_.task(), 0);
  EXPECT_EQ(outcomes[0].measurement.reason, "base");
  EXPECT_EQ(outcomes[1].measurement.status, Status::error);
  EXPECT_EQ(runner.run(1, workers_.task()).measurement.status, Status::error);
}

}  // namespace
}  // namespace gapmeter
