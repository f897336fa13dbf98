// The timing pass: a round's figures from its batches by hand, and which calls a round consists of.
// Nothing here depends on how long anything takes.
#include "harness/worker/timing.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <stdexcept>
#include <vector>

#include "harness/tests/unit/support/testing.h"

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

// As in the rounds after the first: all are to be read alike.
TEST(SummarizeBatches, KeepsToTheEstimatorItIsGiven) {
  const Timing long_ones = summarize_batches(microseconds({100, 200, 600}), 1, Estimator::p10);
  EXPECT_EQ(long_ones.batch.estimator, Estimator::p10);
  EXPECT_NEAR(long_ones.latency_ns, 120'000, 1e-6);
  const Timing short_ones = summarize_batches(one_to_eleven(), 1, Estimator::median);
  EXPECT_EQ(short_ones.batch.estimator, Estimator::median);
  EXPECT_NEAR(short_ones.latency_ns, 6000, 1e-9);
}

// 30 batches of 10 µs make three blocks of 100 µs; an interruption makes one of them 200 µs long
// and another 300 µs. There is nothing as long as a millisecond.
TEST(SummarizeBatches, ReadsWhatLongerBatchesWouldHaveRead) {
  std::vector<double> batches(30, 10);
  batches[14] += 100;
  batches[29] += 200;
  const Timing timing = summarize_batches(microseconds(batches), 4);
  ASSERT_TRUE(timing.block_ns[0].has_value());
  EXPECT_NEAR(*timing.block_ns[0], 20'000.0 / 4, 1e-6);
  EXPECT_EQ(timing.block_ns[1], std::nullopt);
  EXPECT_EQ(timing.block_ns[2], std::nullopt);
  EXPECT_NEAR(timing.p50_ns, 10'000.0 / 4, 1e-6);
}

TEST(SummarizeBatches, OfALongRoundHasBlocksOfEveryLength) {
  const Timing timing = summarize_batches(std::vector<double>(1000, 10e-6), 1);
  for (const auto& block : timing.block_ns) EXPECT_NEAR(block.value_or(0), 10'000, 1e-6);
}

// Batches as long as a block are not a block.
TEST(SummarizeBatches, OfLongCallsHasLongBlocksOnly) {
  const Timing timing = summarize_batches(std::vector<double>(10, 1e-3), 1);
  EXPECT_EQ(timing.block_ns[0], std::nullopt);
  EXPECT_EQ(timing.block_ns[1], std::nullopt);
  EXPECT_NEAR(timing.block_ns[2].value_or(0), 1e6, 1e-3);
}

TEST(MedianBlock, IsTheMedianOfTheBlocksMeans) {
  EXPECT_EQ(median_block(std::vector<double>{1, 3, 1, 3, 1, 1}, 2), 2);  // of 2, 2 and 1
}

TEST(MedianBlock, DependsOnTheOrderOfTheBatches) {
  EXPECT_EQ(median_block(std::vector<double>{1, 1, 3, 3, 1, 1}, 2), 1);  // of 1, 3 and 1
}

TEST(MedianBlock, LeavesOutWhatDoesNotFillABlock) {
  EXPECT_EQ(median_block(std::vector<double>{1, 1, 1, 1, 1, 1, 100}, 3), 1);
}

TEST(MedianBlock, TakesTheNearestNumberOfMedianBatches) {
  const std::vector<double> batches{1, 1, 4, 4, 1, 1, 1};
  EXPECT_EQ(median_block(batches, 2.4), 1);  // pairs: 1, 4, 1
  EXPECT_EQ(median_block(batches, 2.6), 2);  // threes: 2, 2
  EXPECT_EQ(median_block(batches, 4), 2.5);  // four of them, once
}

TEST(MedianBlock, NeedsTwoBatchesToABlock) {
  EXPECT_EQ(median_block(std::vector<double>{1, 1, 1}, 1.4), std::nullopt);
  EXPECT_EQ(median_block(std::vector<double>{1, 1, 1}, 1.6), 1);
  EXPECT_EQ(median_block(std::vector<double>{1, 1, 1}, 0.001), std::nullopt);
}

TEST(MedianBlock, NeedsAsMuchAsOneBlock) {
  EXPECT_EQ(median_block(std::vector<double>{1, 1, 4}, 3), 2);
  EXPECT_EQ(median_block(std::vector<double>{1, 1, 4}, 4), std::nullopt);
  EXPECT_EQ(median_block(std::vector<double>{1}, 1), std::nullopt);
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

TEST(TimeRound, KeepsToTheBatchesItIsGiven) {
  for (const Estimator estimator : {Estimator::p10, Estimator::median}) {
    CountingCall call;
    const BatchPlan batch{.calls = 5, .estimator = estimator};
    const Timing timing = time_round(call, {.round_ns = 100'000, .batch = batch});
    EXPECT_EQ(timing.batch, batch);
    EXPECT_EQ(timing.latency_ns, estimator == Estimator::p10 ? timing.p10_ns : timing.p50_ns);
  }
}

// Touches so many pages for the first time in every call.
class TouchingCall final : public PreparedCall {
 public:
  static constexpr std::int64_t pages = 16;
  void run(std::int64_t calls) override {
    const auto page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
    for (std::int64_t i = 0; i < calls; ++i) {
      void* const memory =
          mmap(nullptr, pages * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
      ASSERT_NE(memory, MAP_FAILED);
      madvise(memory, pages * page, MADV_NOHUGEPAGE);
      for (std::size_t at = 0; at < pages * page; at += page) static_cast<char*>(memory)[at] = 1;
      munmap(memory, pages * page);
    }
  }
  std::vector<Buffer> result() override { return {}; }
};

TEST(TimeRound, CountsThePagesThatItsBatchesTouch) {
  TouchingCall call;
  const Timing timing = time_round(call, {.round_ns = 1'000'000, .batch = BatchPlan{.calls = 2}});
  EXPECT_GE(timing.minor_faults, TouchingCall::pages * 2 * timing.batches);
  EXPECT_GE(timing.involuntary_switches, 0);
  EXPECT_GE(timing.major_faults, 0);
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
  // One batch before them told how many fit into the round. (How many single calls came first
  // depends on the machine: a call that was interrupted looks as long as a round.)
  EXPECT_EQ(std::count(call.runs.begin(), call.runs.end(), 37), timing.batches + 1);
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
