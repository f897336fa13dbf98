// The timing pass: a round's figures from its batches by hand, and which calls a round consists of.
// Nothing here depends on how long anything takes.
#include "harness/worker/timing.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>
#include <vector>

#include "harness/tests/unit/testing.h"

namespace gapmeter {
namespace {

using ::testing::AllOf;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::Ge;
using ::testing::Le;
using ::testing::SizeIs;

std::vector<double> microseconds(const std::vector<double>& values) {
  std::vector<double> seconds;
  for (const double value : values) seconds.push_back(value * 1e-6);
  return seconds;
}

// 1, 2, …, 11 µs in a jumbled order.
std::vector<double> one_to_eleven() { return microseconds({6, 1, 11, 3, 9, 2, 10, 4, 8, 5, 7}); }

TEST(SummarizeBatches, DividesBatchesByTheirCalls) {
  const Timing timing = summarize_batches(one_to_eleven(), 10);
  EXPECT_EQ(timing.batch.calls, 10);
  EXPECT_EQ(timing.batches, 11);
  EXPECT_NEAR(timing.min_ns, 100, 1e-9);
  EXPECT_NEAR(timing.p10_ns, 200, 1e-9);
  EXPECT_NEAR(timing.p50_ns, 600, 1e-9);
  EXPECT_NEAR(timing.mean_ns, 600, 1e-9);
}

TEST(SummarizeBatches, TakesALowQuantileOfShortBatches) {
  const Timing timing = summarize_batches(one_to_eleven(), 1);
  EXPECT_EQ(timing.batch.estimator, Estimator::p10);
  EXPECT_NEAR(timing.latency_ns, 2000, 1e-9);
}

TEST(SummarizeBatches, TakesTheMedianOfLongBatches) {
  const Timing timing = summarize_batches(microseconds({100, 200, 600}), 2);
  EXPECT_EQ(timing.batch.estimator, Estimator::median);
  EXPECT_NEAR(timing.latency_ns, 100'000, 1e-6);
}

// The median batch decides: up to 50 µs is short.
TEST(SummarizeBatches, DecidesByTheLengthOfTheMedianBatch) {
  EXPECT_EQ(summarize_batches(microseconds({1, 49, 900}), 1).batch.estimator, Estimator::p10);
  EXPECT_EQ(summarize_batches(microseconds({1, 51, 900}), 1).batch.estimator, Estimator::median);
  // A call of 0.49 µs in batches of 100, not a call of 49 µs.
  EXPECT_EQ(summarize_batches(microseconds({49, 49, 49}), 100).batch.estimator, Estimator::p10);
  EXPECT_EQ(summarize_batches(microseconds({51, 51, 51}), 100).batch.estimator, Estimator::median);
}

TEST(SummarizeBatches, OneBatchIsAllItsQuantiles) {
  const Timing timing = summarize_batches(microseconds({8}), 4);
  EXPECT_EQ(timing.batches, 1);
  for (const double value :
       {timing.latency_ns, timing.min_ns, timing.p10_ns, timing.p50_ns, timing.mean_ns}) {
    EXPECT_NEAR(value, 2000, 1e-9);
  }
}

// Notes how many calls each run was of.
class CountingCall final : public PreparedCall {
 public:
  void run(std::int64_t calls) override {
    runs.push_back(calls);
    if (runs.size() == fails_at) throw std::runtime_error("the variant failed");
  }
  std::vector<Buffer> result() override { return {}; }

  std::vector<std::int64_t> after_warm_up() const { return {runs.begin() + 2, runs.end()}; }

  std::vector<std::int64_t> runs;
  std::size_t fails_at = 0;
};

constexpr std::int64_t a_second = 1'000'000'000;

TEST(TimeRound, UsesTheGivenNumberOfCallsPerBatch) {
  CountingCall call;
  const Timing timing = time_round(call, {.round_ns = 100'000, .batch = BatchPlan{.calls = 37}});
  EXPECT_EQ(timing.batch.calls, 37);
  ASSERT_THAT(call.runs, SizeIs(Ge(3U)));
  EXPECT_THAT(call.after_warm_up(), Each(37));
}

TEST(TimeRound, WarmsUpWithTwoSingleCalls) {
  CountingCall call;
  time_round(call, {.round_ns = a_second, .batch = BatchPlan{.calls = 37}});
  ASSERT_THAT(call.runs, SizeIs(Ge(3U)));
  EXPECT_EQ(call.runs[0], 1);
  EXPECT_EQ(call.runs[1], 1);
}

TEST(TimeRound, TimesEveryBatchItReports) {
  CountingCall call;
  const Timing timing = time_round(call, {.round_ns = 100'000, .batch = BatchPlan{.calls = 37}});
  // One batch before them told how many fit into the round.
  EXPECT_EQ(call.after_warm_up().size(), static_cast<std::size_t>(timing.batches) + 1);
}

// Any call is longer than a batch of a nanosecond.
TEST(TimeRound, LongCallsAreBatchesOfOne) {
  CountingCall call;
  const Timing timing = time_round(call, {.batch_ns = 1, .round_ns = 100'000});
  EXPECT_EQ(timing.batch.calls, 1);
  EXPECT_THAT(call.runs, Each(1));
}

// Any call is longer than a round of a nanosecond: a first one, and the one that is timed.
TEST(TimeRound, CallsLongerThanARoundAreNotRepeated) {
  CountingCall call;
  const Timing timing = time_round(call, {.batch_ns = 1, .round_ns = 1});
  EXPECT_EQ(timing.batches, 1);
  EXPECT_THAT(call.runs, ElementsAre(1, 1));
}

TEST(TimeRound, ShortCallsAreCalibratedToManyPerBatch) {
  CountingCall call;
  const Timing timing = time_round(call, {.batch_ns = 1'000'000, .round_ns = 3'000'000});
  EXPECT_GT(timing.batch.calls, 1);
  EXPECT_EQ(call.runs.back(), timing.batch.calls);
}

TEST(TimeRound, LimitsTheNumberOfBatches) {
  CountingCall call;
  const Timing timing =
      time_round(call, {.round_ns = 100 * a_second, .batch = BatchPlan{.calls = 1}});
  EXPECT_EQ(timing.batches, 20'000);
  EXPECT_THAT(call.runs, SizeIs(AllOf(Ge(20'000U), Le(20'002U))));
}

TEST(TimeRound, ReportsFiguresThatBelongTogether) {
  CountingCall call;
  const Timing timing = time_round(call, {.round_ns = 1'000'000, .batch = BatchPlan{.calls = 50}});
  EXPECT_LE(timing.min_ns, timing.p10_ns);
  EXPECT_LE(timing.p10_ns, timing.p50_ns);
  EXPECT_LE(timing.min_ns, timing.mean_ns);
  EXPECT_TRUE(timing.latency_ns == timing.p10_ns || timing.latency_ns == timing.p50_ns);
}

// The first call, the second, and later ones that happen inside Google Benchmark.
TEST(TimeRound, PassesOnWhatACallThrowsWhenever) {
  for (const std::size_t failing : {1U, 2U, 3U, 4U, 10U}) {
    CountingCall call;
    call.fails_at = failing;
    EXPECT_EQ(test::message_of<std::runtime_error>([&] {
                time_round(call, {.round_ns = a_second, .batch = BatchPlan{.calls = 5}});
              }),
              "the variant failed");
    EXPECT_THAT(call.runs, SizeIs(failing));
  }
}

TEST(TimeRound, PassesOnWhatACallThrowsWhileCalibrating) {
  CountingCall call;
  call.fails_at = 4;
  EXPECT_EQ(test::message_of<std::runtime_error>(
                [&] { time_round(call, {.batch_ns = a_second, .round_ns = 2 * a_second}); }),
            "the variant failed");
}

TEST(TimeRound, WorksAgainAfterAFailure) {
  CountingCall failing, good;
  failing.fails_at = 5;
  EXPECT_THROW(time_round(failing, {.round_ns = a_second, .batch = BatchPlan{.calls = 5}}),
               std::runtime_error);
  EXPECT_EQ(time_round(good, {.round_ns = 100'000, .batch = BatchPlan{.calls = 5}}).batch.calls, 5);
}

}  // namespace
}  // namespace gapmeter
