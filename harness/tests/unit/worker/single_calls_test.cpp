// The pass over single calls: which calls it makes, what it counts, whom it asks for collections.
// Nothing here depends on how long anything takes.
#include "harness/worker/single_calls.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "harness/tests/unit/support/testing.h"

namespace gapmeter {
namespace {

using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::SizeIs;

using Events = std::vector<std::string>;

// Notes how many calls each run was of; may take its time, or fail.
class FakeCall final : public PreparedCall {
 public:
  void run(std::int64_t calls) override {
    runs.push_back(calls);
    if (events != nullptr) events->emplace_back("call");
    if (runs.size() == fails_at) throw std::runtime_error("the variant failed");
    const auto end = std::chrono::steady_clock::now() + length;
    while (std::chrono::steady_clock::now() < end) {
    }
  }
  std::vector<Buffer> result() override { return {}; }

  std::vector<std::int64_t> runs;
  std::size_t fails_at = 0;
  std::chrono::nanoseconds length{0};
  Events* events = nullptr;
};

constexpr Collections some_collections{.count = {3, 2, 1}, .total_ns = 500, .longest_ns = 300};

class FakeWatch final : public CollectionWatch {
 public:
  explicit FakeWatch(Events& events) : events_(events) { events_.emplace_back("watch"); }
  ~FakeWatch() override { events_.emplace_back("end of watch"); }
  std::optional<Collections> so_far() const override {
    events_.emplace_back("so far");
    return some_collections;
  }

 private:
  Events& events_;
};

// A lane whose variants are of no interest, with a collector that was always busy.
class CollectingLane final : public LaneRunner {
 public:
  std::unique_ptr<PreparedCall> prepare(const Kernel& /*kernel*/, const VariantId& /*variant*/,
                                        std::shared_ptr<const Inputs> /*inputs*/) override {
    return nullptr;
  }
  void collect_garbage() override {}
  std::unique_ptr<CollectionWatch> watch_collections() override {
    return std::make_unique<FakeWatch>(events);
  }

  Events events;
};

std::int64_t shortest(const Histogram& histogram) {
  return histogram.buckets().front().lower_bound();
}

TEST(SingleCallsPass, MakesAtLeastOneCall) {
  FakeCall call;
  NativeLane lane;
  const SingleCalls single = time_single_calls(call, lane, 0);
  EXPECT_THAT(call.runs, ElementsAre(1));
  EXPECT_EQ(single.calls.count(), 1);
}

TEST(SingleCallsPass, CountsEveryCallAndMakesThemOneByOne) {
  FakeCall call;
  NativeLane lane;
  const SingleCalls single = time_single_calls(call, lane, 1'000'000);
  EXPECT_THAT(call.runs, Each(1));
  EXPECT_THAT(call.runs, SizeIs(static_cast<std::size_t>(single.calls.count())));
}

// Calls of 100 µs: ten of them last at least 1 ms.
TEST(SingleCallsPass, EndsWhenItHasLastedLongEnough) {
  FakeCall call;
  call.length = std::chrono::microseconds(100);
  NativeLane lane;
  const SingleCalls single = time_single_calls(call, lane, 1'000'000);
  EXPECT_GE(single.calls.count(), 1);
  EXPECT_LE(single.calls.count(), 10);
}

TEST(SingleCallsPass, MakesNoMoreCallsThanPercentilesNeed) {
  FakeCall call;
  NativeLane lane;
  EXPECT_EQ(time_single_calls(call, lane, 3'000'000'000).calls.count(), 100'000);
  EXPECT_THAT(call.runs, SizeIs(100'000));
}

// The histogram's resolution is better than 0.1 %.
TEST(SingleCallsPass, ATimeIsNeverShorterThanItsCall) {
  FakeCall call;
  call.length = std::chrono::microseconds(100);
  NativeLane lane;
  EXPECT_GE(shortest(time_single_calls(call, lane, 2'000'000).calls), 99'900);
}

TEST(SingleCallsPass, WatchesTheMachineForATenthOfTheTime) {
  FakeCall call;
  NativeLane lane;
  const SingleCalls single = time_single_calls(call, lane, 20'000'000);
  EXPECT_DOUBLE_EQ(single.hiccup_s, 0.002);
  for (const Histogram::Bucket& bucket : single.hiccups.buckets()) {
    EXPECT_GE(bucket.lower_bound(), shortest_hiccup_ns);
  }
  EXPECT_GE(single.clock_ns, 0);
}

TEST(SingleCallsPass, LanesWithoutACollectorHaveNoCollections) {
  FakeCall call;
  NativeLane lane;
  EXPECT_EQ(time_single_calls(call, lane, 0).collections, std::nullopt);
}

TEST(SingleCallsPass, CollectionsAreThoseOfTheCallsAlone) {
  FakeCall call;
  CollectingLane lane;
  call.events = &lane.events;
  EXPECT_EQ(time_single_calls(call, lane, 0).collections, some_collections);
  EXPECT_THAT(lane.events, ElementsAre("watch", "call", "so far", "end of watch"));
}

TEST(SingleCallsPass, PassesOnWhatACallThrowsAndEndsItsWatch) {
  FakeCall call;
  CollectingLane lane;
  call.fails_at = 3;
  EXPECT_EQ(
      test::message_of<std::runtime_error>([&] { time_single_calls(call, lane, 1'000'000'000); }),
      "the variant failed");
  EXPECT_THAT(call.runs, SizeIs(3));
  EXPECT_THAT(lane.events, ElementsAre("watch", "end of watch"));
}

}  // namespace
}  // namespace gapmeter
