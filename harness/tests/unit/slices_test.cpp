// A round in slices: which calls it consists of and when it waits for its turn. Nothing here
// depends on how long anything takes.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <stdexcept>
#include <string>
#include <vector>

#include "harness/base/statistics.h"
#include "harness/tests/unit/testing.h"
#include "harness/worker/timing.h"

namespace gapmeter {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

// Notes the runs of a call and, in between, its turns.
class SlicedCall final : public PreparedCall {
 public:
  void run(std::int64_t calls) override { events.push_back(std::to_string(calls)); }
  std::vector<Buffer> result() override { return {}; }
  Turn turn() {
    return [this] { events.emplace_back("turn"); };
  }

  // From the first turn on.
  std::vector<std::string> sliced() const {
    return {std::find(events.begin(), events.end(), "turn"), events.end()};
  }

  std::vector<std::string> events;
};

TimingSpec spec_of(const SlicePlan& slices, std::int64_t calls) {
  return {.batch = BatchPlan{.calls = calls, .estimator = Estimator::p10}, .slices = slices};
}

TEST(Slices, EachWaitsForItsTurnAndRefillsTheCachesFirst) {
  SlicedCall call;
  time_round(call, spec_of({.slices = 3, .batches = 2}, 5), call.turn());
  EXPECT_THAT(call.sliced(),
              ElementsAre("turn", "1", "5", "5", "turn", "1", "5", "5", "turn", "1", "5", "5"));
}

TEST(Slices, OfSeveralBatchesOfOneCallRefillTheCachesToo) {
  SlicedCall call;
  time_round(call, spec_of({.slices = 2, .batches = 3}, 1), call.turn());
  EXPECT_THAT(call.sliced(), ElementsAre("turn", "1", "1", "1", "1", "turn", "1", "1", "1", "1"));
}

TEST(Slices, OfOneBatchOfSeveralCallsRefillTheCachesToo) {
  SlicedCall call;
  time_round(call, spec_of({.slices = 2, .batches = 1}, 5), call.turn());
  EXPECT_THAT(call.sliced(), ElementsAre("turn", "1", "5", "turn", "1", "5"));
}

// Half of the time would go to calls that are not timed.
TEST(Slices, OfASingleCallDoNot) {
  SlicedCall call;
  time_round(call, spec_of({.slices = 3, .batches = 1}, 1), call.turn());
  EXPECT_THAT(call.sliced(), ElementsAre("turn", "1", "turn", "1", "turn", "1"));
}

// Warming up must not disturb the other side's slices.
TEST(Slices, BeginAfterTheWarmUp) {
  SlicedCall call;
  time_round(call, spec_of({.slices = 2, .batches = 2}, 7), call.turn());
  EXPECT_THAT(std::vector<std::string>(call.events.begin(), call.events.begin() + 2),
              ElementsAre("1", "1"));
  EXPECT_EQ(std::count(call.events.begin(), call.events.end(), "turn"), 2);
}

TEST(Slices, NeedNoTurns) {
  SlicedCall call;
  const Timing timing = time_round(call, spec_of({.slices = 3, .batches = 2}, 5));
  EXPECT_THAT(timing.slice_ns, SizeIs(3));
}

TEST(Slices, ARoundWithoutThemTakesNoTurns) {
  SlicedCall call;
  const Timing timing =
      time_round(call, {.round_ns = 100'000, .batch = BatchPlan{.calls = 5}}, call.turn());
  EXPECT_THAT(call.sliced(), IsEmpty());
  EXPECT_THAT(timing.slice_ns, IsEmpty());
}

TEST(Slices, CountAllTheirBatches) {
  SlicedCall call;
  const Timing timing = time_round(call, spec_of({.slices = 4, .batches = 3}, 2));
  EXPECT_EQ(timing.batches, 12);
  EXPECT_EQ(timing.batch, (BatchPlan{.calls = 2, .estimator = Estimator::p10}));
  EXPECT_THAT(timing.slice_ns, SizeIs(4));
}

// A slice of one batch is that batch.
TEST(Slices, TheirFiguresAreThoseOfTheirBatches) {
  SlicedCall call;
  const Timing timing = time_round(call, spec_of({.slices = 20, .batches = 1}, 50));
  ASSERT_THAT(timing.slice_ns, SizeIs(20));
  EXPECT_DOUBLE_EQ(*std::min_element(timing.slice_ns.begin(), timing.slice_ns.end()),
                   timing.min_ns);
  EXPECT_NEAR(mean(timing.slice_ns) / timing.mean_ns, 1, 1e-9);
  EXPECT_NEAR(median(timing.slice_ns) / timing.p50_ns, 1, 1e-9);
}

TEST(Slices, GoByTheEstimatorOfTheBatchPlan) {
  for (const Estimator estimator : {Estimator::p10, Estimator::median}) {
    SlicedCall call;
    const TimingSpec spec{.batch = BatchPlan{.calls = 3, .estimator = estimator},
                          .slices = SlicePlan{.slices = 1, .batches = 30}};
    const Timing timing = time_round(call, spec);
    EXPECT_THAT(timing.slice_ns, ElementsAre(timing.latency_ns));
    EXPECT_EQ(timing.latency_ns, estimator == Estimator::p10 ? timing.p10_ns : timing.p50_ns);
  }
}

TEST(Slices, ATurnThatNeverComesEndsTheRound) {
  SlicedCall call;
  int turns = 0;
  const Turn turn = [&] {
    if (++turns == 2) throw std::runtime_error("the word to go on never came");
  };
  EXPECT_EQ(test::message_of<std::runtime_error>(
                [&] { time_round(call, spec_of({.slices = 5, .batches = 2}, 1), turn); }),
            "the word to go on never came");
  EXPECT_EQ(turns, 2);
}

}  // namespace
}  // namespace gapmeter
