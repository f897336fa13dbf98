// The timing pass: a round's figures from its batches and its plan from its spec by hand, the
// warm-up, and which calls a round consists of. Nothing here depends on how long anything takes:
// where a decision does, the test takes the same times that the pass saw.
#include "harness/worker/timing.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <functional>
#include <stdexcept>
#include <vector>

#include "harness/tests/unit/support/testing.h"

namespace gapmeter {
namespace {

using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::Ge;
using ::testing::IsEmpty;
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
  EXPECT_EQ(timing.calls, 10);
  EXPECT_EQ(timing.batches, 11);
  EXPECT_NEAR(timing.min_ns, 100, 1e-9);
  EXPECT_NEAR(timing.p10_ns, 200, 1e-9);
  EXPECT_NEAR(timing.p50_ns, 600, 1e-9);
  EXPECT_NEAR(timing.mean_ns, 600, 1e-9);
}

TEST(SummarizeBatches, TakesQuantilesOfWhateverLength) {
  const Timing timing = summarize_batches(microseconds({100, 200, 600}), 2);
  EXPECT_NEAR(timing.min_ns, 50'000, 1e-6);
  EXPECT_NEAR(timing.p10_ns, 60'000, 1e-6);
  EXPECT_NEAR(timing.p50_ns, 100'000, 1e-6);
  EXPECT_NEAR(timing.mean_ns, 150'000, 1e-6);
}

TEST(SummarizeBatches, OneBatchIsAllItsQuantiles) {
  const Timing timing = summarize_batches(microseconds({8}), 4);
  EXPECT_EQ(timing.batches, 1);
  for (const double value : {timing.min_ns, timing.p10_ns, timing.p50_ns, timing.mean_ns}) {
    EXPECT_NEAR(value, 2000, 1e-9);
  }
}

TEST(SummarizeBatches, SaysNothingOfSlicesAndUsage) {
  const Timing timing = summarize_batches(one_to_eleven(), 10);
  EXPECT_THAT(timing.slices, IsEmpty());
  EXPECT_EQ(timing.involuntary_switches + timing.minor_faults + timing.major_faults, 0);
}

constexpr TimingSpec two_of_eighty_ms{.slice_ns = 2'000'000, .round_ns = 80'000'000};

TEST(PlanSlices, FillsASliceWithBatches) {
  EXPECT_EQ(plan_slices(700, 10'000, two_of_eighty_ms), (SlicePlan{.calls = 700, .batches = 200}));
}

TEST(PlanSlices, TakesTheNearestNumberOfBatches) {
  // 2.86 and 2.38 of them
  EXPECT_EQ(plan_slices(1, 700'000, two_of_eighty_ms).batches, 3);
  EXPECT_EQ(plan_slices(1, 840'000, two_of_eighty_ms).batches, 2);
}

TEST(PlanSlices, TakesAtLeastOneBatch) {
  EXPECT_EQ(plan_slices(1, 2e9, two_of_eighty_ms), (SlicePlan{.calls = 1, .batches = 1}));
}

TEST(SlicesOfRound, FillARound) {
  EXPECT_EQ(slices_of_round({.calls = 700, .batches = 200}, 10'000, two_of_eighty_ms), 40);
}

// It is the batches that have a length, however many calls they are.
TEST(SlicesOfRound, GoByTheLengthOfTheirBatches) {
  for (const std::int64_t calls : {1, 700}) {
    EXPECT_EQ(slices_of_round({.calls = calls, .batches = 2}, 5e6, two_of_eighty_ms), 8);
  }
}

TEST(SlicesOfRound, AreTheNearestNumber) {
  // 2.67 and 2.29 of them
  EXPECT_EQ(slices_of_round({.calls = 1, .batches = 1}, 30e6, two_of_eighty_ms), 3);
  EXPECT_EQ(slices_of_round({.calls = 1, .batches = 1}, 35e6, two_of_eighty_ms), 2);
}

TEST(SlicesOfRound, AreAtLeastOne) {
  EXPECT_EQ(slices_of_round({.calls = 1, .batches = 1}, 2e9, two_of_eighty_ms), 1);
}

TEST(SlicesOfRound, AreNoMoreThanTheirPlaceInFilesIsWorth) {
  EXPECT_EQ(slices_of_round({.calls = 1, .batches = 1}, 10, two_of_eighty_ms), 1000);
}

TEST(BeginsCold, EverySliceOfSeveralCalls) {
  for (const double refill_ns : {0.0, 1e9}) {
    EXPECT_TRUE(begins_cold({.calls = 2, .batches = 1}, 1e6, refill_ns));
    EXPECT_TRUE(begins_cold({.calls = 1, .batches = 2}, 1e6, refill_ns));
  }
}

TEST(BeginsCold, ASingleCallIfTheCachesTakeAHundredthOfIt) {
  constexpr SlicePlan single{.calls = 1, .batches = 1};
  EXPECT_TRUE(begins_cold(single, 1000, 10.5));
  EXPECT_FALSE(begins_cold(single, 1000, 9.5));
  EXPECT_FALSE(begins_cold(single, 1000, 0));
}

// Notes how many calls each run was of, and how long they took. Calls take as long as `length`
// says, given how many there were before; a nanosecond or so if it says nothing.
class NotedCall final : public PreparedCall {
 public:
  struct Run {
    std::int64_t calls;
    double seconds;
    double per_call() const { return seconds / static_cast<double>(calls); }
  };
  using Steady = std::chrono::steady_clock;

  void run(std::int64_t calls) override {
    const Steady::time_point start = Steady::now();
    if (runs.size() + 1 == fails_at) throw std::runtime_error("the variant failed");
    if (length) {
      const Steady::time_point end =
          start + std::chrono::duration_cast<Steady::duration>(
                      std::chrono::duration<double>(length() * static_cast<double>(calls)));
      while (Steady::now() < end) {
      }
    } else {
      for (std::int64_t i = 0; i < calls; ++i) asm volatile("");
    }
    runs.push_back({calls, std::chrono::duration<double>(Steady::now() - start).count()});
  }
  std::vector<Buffer> result() override { return {}; }

  std::vector<std::int64_t> calls_of_runs() const {
    std::vector<std::int64_t> calls;
    for (const Run& run : runs) calls.push_back(run.calls);
    return calls;
  }

  std::vector<Run> runs;
  std::function<double()> length{};  // of a call, in seconds
  std::size_t fails_at = 0;
};

// What a call ran for to warm up: all before the first turn of a round whose batches are of one
// call. The round is as long as twice the warm-up may be.
// No power of two, so that the batches after the warm-up can be told from its runs.
constexpr std::int64_t batch_calls = 3;

std::vector<NotedCall::Run> warm_up_of(NotedCall& call, double bound_s) {
  std::vector<NotedCall::Run> runs;
  const Turn turn = [&] {
    if (runs.empty()) runs = call.runs;
    return false;
  };
  time_round(call,
             {.round_ns = static_cast<std::int64_t>(2e9 * bound_s),
              .plan = SlicePlan{.calls = batch_calls, .batches = 1}},
             {.turn = turn});
  while (!runs.empty() && runs.back().calls == batch_calls) runs.pop_back();
  return runs;
}

double total_s(const std::vector<NotedCall::Run>& runs) {
  double total = 0;
  for (const NotedCall::Run& run : runs) total += run.seconds;
  return total;
}

// After the first call.
std::vector<NotedCall::Run> repetitions(const std::vector<NotedCall::Run>& warm_up) {
  return {warm_up.begin() + 1, warm_up.end()};
}

// Long enough for a busy machine not to interrupt a run for as long.
constexpr double bound_s = 0.2;
constexpr double window_s = bound_s / 5;  // what is compared is at least as long

TEST(WarmUp, BeginsWithASingleCallAndDoublesShortRuns) {
  NotedCall call;
  call.length = [] { return 20e-6; };
  const std::vector<NotedCall::Run> runs = warm_up_of(call, bound_s);
  ASSERT_THAT(runs, SizeIs(Ge(2U)));
  EXPECT_EQ(runs[0].calls, 1);
  EXPECT_EQ(runs[1].calls, 1);
  for (std::size_t i = 2; i < runs.size(); ++i) {
    const bool is_doubled = runs[i].calls == 2 * runs[i - 1].calls;
    EXPECT_TRUE(is_doubled || runs[i].calls == runs[i - 1].calls);
    if (is_doubled) {
      EXPECT_LT(runs[i - 1].seconds, window_s);
    }
  }
  EXPECT_GT(runs.back().calls, 1);
}

// It is over the bound by no more than the run that crosses it, whatever calls do.
TEST(WarmUp, BeginsNoRunBeyondItsBound) {
  double length_s = 0.05;
  NotedCall call;
  call.length = [&] { return length_s *= 0.9; };
  std::vector<NotedCall::Run> runs = warm_up_of(call, bound_s);
  ASSERT_THAT(runs, SizeIs(Ge(2U)));
  runs.pop_back();
  EXPECT_LT(total_s(repetitions(runs)), bound_s);
}

// Each run is shorter by a third than the one before.
TEST(WarmUp, GoesOnWhileCallsGetFaster) {
  double length_s = 0.08;
  NotedCall call;
  call.length = [&] { return length_s = std::max(length_s * 0.67, 1e-6); };
  const std::vector<NotedCall::Run> runs = warm_up_of(call, bound_s);
  ASSERT_THAT(runs, SizeIs(Ge(2U)));
  const bool is_spent = total_s(repetitions(runs)) > 0.9 * bound_s;
  // An interruption may have made the last one look no faster.
  const bool is_no_faster = runs.back().per_call() > 0.9 * runs[runs.size() - 2].per_call();
  EXPECT_TRUE(is_spent || is_no_faster) << "ended after " << runs.size() << " runs";
}

TEST(WarmUp, EndsWhenCallsGetNoFaster) {
  NotedCall call;
  call.length = [] { return 1.1 * window_s; };
  const std::vector<NotedCall::Run> runs = warm_up_of(call, bound_s);
  ASSERT_THAT(runs, SizeIs(Ge(2U)));
  // Those before the last one were each faster than the one before, which was interrupted.
  for (std::size_t i = 1; i + 1 < runs.size(); ++i) {
    EXPECT_LT(runs[i].per_call(), 0.99 * runs[i - 1].per_call()) << i;
  }
}

// Short runs are noise: one that is no faster than the one before it ends nothing.
TEST(WarmUp, ComparesNoRunsThatAreShort) {
  NotedCall call;
  call.length = [] { return 20e-6; };
  const std::vector<NotedCall::Run> runs = warm_up_of(call, bound_s);
  ASSERT_THAT(runs, SizeIs(Ge(2U)));
  const bool is_spent = total_s(repetitions(runs)) > 0.9 * bound_s;
  EXPECT_TRUE(is_spent || runs.back().seconds > 0.9 * window_s);
}

// A second one would not be worth its time.
TEST(WarmUp, OfACallAsLongAsItsBoundIsThatCall) {
  NotedCall call;
  call.length = [] { return 1.1e-3; };
  EXPECT_THAT(warm_up_of(call, 1e-3), SizeIs(1));
}

constexpr std::int64_t a_second = 1'000'000'000;

TEST(TimeRound, KeepsToThePlanItIsGiven) {
  NotedCall call;
  const SlicePlan plan{.calls = 37, .batches = 4};
  const Timing timing = time_round(call, {.batch_ns = 1, .round_ns = 100'000, .plan = plan});
  EXPECT_EQ(timing.calls, 37);
  EXPECT_EQ(slices_of(timing), plan);
}

TEST(TimeRound, TimesEveryBatchItReports) {
  NotedCall call;
  const Timing timing =
      time_round(call, {.round_ns = 100'000, .plan = SlicePlan{.calls = 37, .batches = 4}});
  const std::vector<std::int64_t> calls = call.calls_of_runs();
  // Three batches before them told how many fit into the round, and each slice began with one.
  EXPECT_EQ(std::count(calls.begin(), calls.end(), 37),
            timing.batches + std::ssize(timing.slices) + 3);
}

// Any call is longer than a batch of a nanosecond.
TEST(TimeRound, LongCallsAreBatchesOfOne) {
  NotedCall call;
  call.length = [] { return 50e-6; };
  std::size_t before_turns = 0;
  const Turn turn = [&] {
    if (before_turns == 0) before_turns = call.runs.size();
    return true;
  };
  const Timing timing =
      time_round(call, {.batch_ns = 1, .slice_ns = 100'000, .round_ns = 1'000'000}, {.turn = turn});
  EXPECT_EQ(timing.calls, 1);
  const std::vector<std::int64_t> calls = call.calls_of_runs();
  EXPECT_THAT((std::vector(calls.begin() + static_cast<std::ptrdiff_t>(before_turns), calls.end())),
              Each(1));
}

// Any call is longer than a round of a nanosecond: a first one, and the one that is timed.
TEST(TimeRound, CallsLongerThanARoundAreNotRepeated) {
  NotedCall call;
  const Timing timing = time_round(call, {.batch_ns = 1, .slice_ns = 1, .round_ns = 1});
  EXPECT_EQ(timing.batches, 1);
  EXPECT_THAT(call.calls_of_runs(), ElementsAre(1, 1));
}

TEST(TimeRound, ShortCallsAreCalibratedToManyPerBatch) {
  NotedCall call;
  const Timing timing = time_round(call, {.batch_ns = 1'000'000, .round_ns = 3'000'000});
  EXPECT_GT(timing.calls, 1);
  EXPECT_EQ(call.runs.back().calls, timing.calls);
}

// As found in the first round of a cell, for those that follow.
TEST(TimeRound, IsCutAsItsOwnPlanSays) {
  NotedCall first, second;
  const TimingSpec spec{.batch_ns = 10'000, .slice_ns = 100'000, .round_ns = 1'000'000};
  const SlicePlan found = slices_of(time_round(first, spec));
  TimingSpec next = spec;
  next.plan = found;
  EXPECT_EQ(slices_of(time_round(second, next)), found);
}

TEST(TimeRound, ReportsFiguresThatBelongTogether) {
  NotedCall call;
  const Timing timing =
      time_round(call, {.round_ns = 1'000'000, .plan = SlicePlan{.calls = 50, .batches = 10}});
  EXPECT_GT(timing.min_ns, 0);
  EXPECT_LE(timing.min_ns, timing.p10_ns);
  EXPECT_LE(timing.p10_ns, timing.p50_ns);
  EXPECT_LE(timing.min_ns, timing.mean_ns);
}

// While it warms up, and later when it happens inside Google Benchmark. The first call is as long
// as the warm-up: the second run is the batch that tells how long it is, the third one begins the
// first slice.
TEST(TimeRound, PassesOnWhatACallThrowsWhenever) {
  for (const std::size_t failing : {1U, 2U, 3U, 4U, 10U}) {
    NotedCall call;
    call.length = [&] { return call.runs.empty() ? 11e-3 : 0; };
    call.fails_at = failing;
    EXPECT_EQ(test::message_of<std::runtime_error>([&] {
                time_round(call,
                           {.round_ns = 20'000'000, .plan = SlicePlan{.calls = 5, .batches = 2}});
              }),
              "the variant failed");
    EXPECT_THAT(call.runs, SizeIs(failing - 1));
  }
}

TEST(TimeRound, PassesOnWhatACallThrowsWhileWarmingUp) {
  NotedCall call;
  call.fails_at = 4;
  EXPECT_EQ(test::message_of<std::runtime_error>(
                [&] { time_round(call, {.round_ns = a_second, .plan = SlicePlan{}}); }),
            "the variant failed");
  EXPECT_THAT(call.calls_of_runs(), ElementsAre(1, 1, 2));
}

// A batch as long as no call is: the first run after the warm-up, which is one call, looks for it.
TEST(TimeRound, PassesOnWhatACallThrowsWhileCalibrating) {
  NotedCall call;
  call.fails_at = 2;
  EXPECT_EQ(test::message_of<std::runtime_error>(
                [&] { time_round(call, {.batch_ns = 1000 * a_second, .round_ns = 1}); }),
            "the variant failed");
}

TEST(TimeRound, PassesOnWhatAProbeThrows) {
  NotedCall call;
  const Surroundings around{
      .probe = []() -> std::int64_t { throw std::runtime_error("no probe"); }};
  EXPECT_EQ(test::message_of<std::runtime_error>([&] {
              time_round(call, {.round_ns = 100'000, .plan = SlicePlan{.calls = 5}}, around);
            }),
            "no probe");
}

TEST(TimeRound, WorksAgainAfterAFailure) {
  NotedCall failing, good;
  failing.length = [&] { return failing.runs.empty() ? 11e-3 : 0; };
  failing.fails_at = 5;
  const TimingSpec spec{.round_ns = 20'000'000, .plan = SlicePlan{.calls = 5, .batches = 2}};
  EXPECT_THROW(time_round(failing, spec), std::runtime_error);
  EXPECT_EQ(time_round(good, spec).calls, 5);
}

// As where Google Benchmark would end the process.
TEST(TimeRound, IsTheSameByALoopOfItsOwn) {
  const Surroundings alone{.by_google_benchmark = false};
  NotedCall planned, calibrated;
  const Timing timing = time_round(
      planned, {.round_ns = 1'000'000, .plan = SlicePlan{.calls = 50, .batches = 10}}, alone);
  EXPECT_EQ(timing.calls, 50);
  EXPECT_EQ(timing.batches, 10 * std::ssize(timing.slices));
  EXPECT_EQ(planned.runs.back().calls, 50);
  EXPECT_GT(time_round(calibrated, {.batch_ns = 1'000'000, .round_ns = 3'000'000}, alone).calls, 1);
  NotedCall failing;
  failing.fails_at = 3;
  EXPECT_THROW(time_round(failing, {.round_ns = 1'000'000, .plan = SlicePlan{}}, alone),
               std::runtime_error);
}

TEST(TimeRound, BatchesAreLongerUnderACoarseClock) {
  NotedCall fine, coarse;
  const TimingSpec spec{.batch_ns = 1000, .slice_ns = 1000, .round_ns = 1000};
  const Timing short_ones = time_round(fine, spec, {.clock_step_ns = 10});
  const Timing long_ones = time_round(coarse, spec, {.clock_step_ns = 100'000});
  EXPECT_GT(long_ones.calls, 10 * short_ones.calls);
}

// The files that Google Benchmark reads of each cache.
class CacheFiles : public ::testing::Test {
 protected:
  void put(const char* index, const char* name, const char* text) const {
    std::filesystem::create_directories(dir_ / index);
    std::ofstream((dir_ / index) / name) << text;
  }
  void put_all(const char* index) const {
    put(index, "size", "32K\n");
    put(index, "type", "Data\n");
    put(index, "level", "1\n");
    put(index, "shared_cpu_map", "3\n");
  }
  bool can_run() const { return can_google_benchmark_run(dir_.path()); }

  test::TempDir dir_;
};

TEST_F(CacheFiles, AreCompleteOnMostMachines) {
  EXPECT_TRUE(can_run()) << "none at all";
  put_all("index0");
  put_all("index1");
  EXPECT_TRUE(can_run());
}

TEST_F(CacheFiles, ThatAreNotCompleteEndGoogleBenchmark) {
  for (const char* missing : {"type", "level", "shared_cpu_map"}) {
    put_all("index0");
    put_all("index1");
    std::filesystem::remove(dir_ / "index1" / missing);
    EXPECT_FALSE(can_run()) << missing;
  }
  put_all("index1");
  put("index1", "size", "");
  EXPECT_FALSE(can_run()) << "an empty size";
}

// Having ended early is no failure, neither of this round nor of the next one.
TEST(TimeRound, WorksAgainAfterARoundThatEndedEarly) {
  NotedCall early, whole;
  const TimingSpec spec{.round_ns = 1'000'000, .plan = SlicePlan{.calls = 5, .batches = 2}};
  EXPECT_THAT(time_round(early, spec, {.turn = [] { return false; }}).slices, SizeIs(1));
  EXPECT_EQ(time_round(whole, spec).calls, 5);
}

}  // namespace
}  // namespace gapmeter
