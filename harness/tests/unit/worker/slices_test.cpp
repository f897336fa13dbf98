// A round in slices: which calls it consists of, when it waits for its turn and is probed, and what
// it counts. Nothing here depends on how long anything takes: of how many slices a round is may
// depend on it, and is taken from its answer.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <functional>
#include <stdexcept>
#include <string>
#include <vector>

#include "harness/base/statistics.h"
#include "harness/tests/unit/support/testing.h"
#include "harness/worker/timing.h"

namespace gapmeter {
namespace {

using ::testing::Each;
using ::testing::ElementsAreArray;
using ::testing::Field;
using ::testing::Ge;
using ::testing::SizeIs;

using Events = std::vector<std::string>;

constexpr std::int64_t round_ns = 20'000'000;

// A batch that takes no time at all would not count.
void until_the_clock_moves() {
  const auto begun = std::chrono::steady_clock::now();
  while (std::chrono::steady_clock::now() == begun) {
  }
}

// Notes the runs of a call and, in between, its turns and probes. The first run is as long as a
// warm-up may be, so that it is all of it; the others take next to nothing, so that a round is of
// more slices than any test waits for.
class SlicedCall final : public PreparedCall {
 public:
  void run(std::int64_t calls) override {
    const auto end = std::chrono::steady_clock::now() + std::chrono::nanoseconds(round_ns / 2);
    if (when_cold && !events.empty() && events.back() == "probe") when_cold();
    events.push_back(std::to_string(calls));
    while (events.size() == 1 && std::chrono::steady_clock::now() < end) {
    }
    until_the_clock_moves();
  }
  std::vector<Buffer> result() override { return {}; }

  // So many turns, then none.
  Surroundings around(int turns, double refill_ns = 0) {
    return {.turn =
                [this, turns] {
                  events.emplace_back("turn");
                  return std::count(events.begin(), events.end(), "turn") <= turns;
                },
            .probe =
                [this] {
                  events.emplace_back("probe");
                  return std::count(events.begin(), events.end(), "probe");
                },
            .refill_ns = refill_ns};
  }

  // From the first turn on.
  Events sliced() const { return {std::find(events.begin(), events.end(), "turn"), events.end()}; }

  Events events;
  std::function<void()> when_cold{};  // done in the first run of each slice
};

TimingSpec spec_of(const SlicePlan& plan) { return {.round_ns = round_ns, .plan = plan}; }

Events repeated(const Events& slice, std::size_t times) {
  Events events;
  for (std::size_t i = 0; i < times; ++i) events.insert(events.end(), slice.begin(), slice.end());
  return events;
}

TEST(Slices, EachWaitsForItsTurnAndBeginsColdBetweenTwoProbes) {
  SlicedCall call;
  const Timing timing = time_round(call, spec_of({.calls = 5, .batches = 2}), call.around(3));
  Events expected = repeated({"turn", "probe", "5", "5", "5", "probe"}, 3);
  expected.emplace_back("turn");  // refused
  EXPECT_THAT(call.sliced(), ElementsAreArray(expected));
  EXPECT_THAT(timing.slices, SizeIs(3));
}

TEST(Slices, OfSeveralBatchesOfOneCallBeginColdToo) {
  SlicedCall call;
  const Timing timing = time_round(call, spec_of({.calls = 1, .batches = 3}), call.around(1000));
  EXPECT_THAT(call.sliced(),
              ElementsAreArray(
                  repeated({"turn", "probe", "1", "1", "1", "1", "probe"}, timing.slices.size())));
}

TEST(Slices, OfOneBatchOfSeveralCallsBeginColdToo) {
  SlicedCall call;
  time_round(call, spec_of({.calls = 5, .batches = 1}), call.around(2));
  Events expected = repeated({"turn", "probe", "5", "5", "probe"}, 2);
  expected.emplace_back("turn");
  EXPECT_THAT(call.sliced(), ElementsAreArray(expected));
}

// Half of the time would go to calls that are not timed.
TEST(Slices, OfASingleCallThatTheCachesAreNothingToDoNot) {
  SlicedCall call;
  const Timing timing =
      time_round(call, spec_of({.calls = 1, .batches = 1}), call.around(1000, /*refill_ns=*/0));
  EXPECT_THAT(call.sliced(),
              ElementsAreArray(repeated({"turn", "probe", "1", "probe"}, timing.slices.size())));
}

TEST(Slices, OfASingleCallThatIsNotMuchLongerThanTheCachesTakeBeginCold) {
  SlicedCall call;
  const Timing timing =
      time_round(call, spec_of({.calls = 1, .batches = 1}), call.around(1000, /*refill_ns=*/1e12));
  EXPECT_THAT(call.sliced(), ElementsAreArray(repeated({"turn", "probe", "1", "1", "probe"},
                                                       timing.slices.size())));
}

// Warming up must not disturb the others' slices.
TEST(Slices, BeginAfterTheWarmUpAndAllThatIsFoundOut) {
  SlicedCall call;
  time_round(call, spec_of({.calls = 7, .batches = 2}), call.around(2));
  // One call that is as long as the warm-up, and a batch to see how many fit into the round.
  const auto first_turn = std::find(call.events.begin(), call.events.end(), "turn");
  EXPECT_EQ(Events(call.events.begin(), first_turn), (Events{"1", "7"}));
}

TEST(Slices, KeepWhatTheProbeReadBeforeAndAfter) {
  SlicedCall call;
  const Timing timing = time_round(call, spec_of({.calls = 5, .batches = 2}), call.around(3));
  ASSERT_THAT(timing.slices, SizeIs(3));
  for (std::int64_t i = 0; i < 3; ++i) {
    const Slice& slice = timing.slices[static_cast<std::size_t>(i)];
    EXPECT_EQ(slice.probe_before, 2 * i + 1);
    EXPECT_EQ(slice.probe_after, 2 * i + 2);
  }
}

TEST(Slices, NeedNeitherTurnsNorProbes) {
  SlicedCall call;
  const Timing timing = time_round(call, spec_of({.calls = 5, .batches = 2}));
  EXPECT_THAT(timing.slices, SizeIs(Ge(1U)));
  EXPECT_THAT(timing.slices, Each(Field(&Slice::probe_before, 0)));
  EXPECT_THAT(timing.slices, Each(Field(&Slice::probe_after, 0)));
  EXPECT_THAT(call.events, Each(::testing::AnyOf("1", "5")));
}

// A round without any slice says nothing.
TEST(Slices, AreAtLeastOneEvenIfThereIsNoTurnForIt) {
  SlicedCall call;
  const Timing timing = time_round(call, spec_of({.calls = 5, .batches = 2}), call.around(0));
  EXPECT_THAT(call.sliced(), ElementsAreArray({"turn", "probe", "5", "5", "5", "probe", "turn"}));
  EXPECT_THAT(timing.slices, SizeIs(1));
  EXPECT_EQ(timing.batches, 2);
}

TEST(Slices, CountAllTheirBatchesAlsoWhenTheyEndEarly) {
  SlicedCall call;
  const SlicePlan plan{.calls = 2, .batches = 3};
  const Timing timing = time_round(call, spec_of(plan), call.around(4));
  EXPECT_EQ(timing.calls, 2);
  EXPECT_EQ(timing.batches, 12);
  EXPECT_THAT(timing.slices, SizeIs(4));
  EXPECT_EQ(slices_of(timing), plan);
}

// A slice of one batch is that batch.
TEST(Slices, TheirFiguresAreThoseOfTheirBatches) {
  SlicedCall call;
  const Timing timing = time_round(call, spec_of({.calls = 50, .batches = 1}), call.around(20));
  ASSERT_THAT(timing.slices, SizeIs(20));
  std::vector<double> figures;
  for (const Slice& slice : timing.slices) figures.push_back(slice.call_ns);
  EXPECT_DOUBLE_EQ(*std::min_element(figures.begin(), figures.end()), timing.min_ns);
  EXPECT_NEAR(mean(figures) / timing.mean_ns, 1, 1e-9);
  EXPECT_NEAR(median(figures) / timing.p50_ns, 1, 1e-9);
}

TEST(Slices, OfSeveralBatchesAreTheirMean) {
  SlicedCall call;
  const Timing timing = time_round(call, spec_of({.calls = 3, .batches = 30}), call.around(1));
  ASSERT_THAT(timing.slices, SizeIs(1));
  EXPECT_EQ(timing.batches, 30);
  EXPECT_NEAR(timing.slices.front().call_ns / timing.mean_ns, 1, 1e-9);
}

// What others do between slices is not in their figures: the probe alone is longer than all calls.
TEST(Slices, LeaveOutWhatTurnsAndProbesTake) {
  SlicedCall call;
  Surroundings around = call.around(3);
  double spent_ns = 0;
  const auto linger = [&] {
    using Steady = std::chrono::steady_clock;
    const Steady::time_point start = Steady::now();
    while (Steady::now() < start + std::chrono::milliseconds(5)) {
    }
    spent_ns += std::chrono::duration<double, std::nano>(Steady::now() - start).count();
  };
  around.turn = [&, turn = around.turn] {
    linger();
    return turn();
  };
  around.probe = [&, probe = around.probe] {
    linger();
    return probe();
  };
  using Steady = std::chrono::steady_clock;
  const Steady::time_point start = Steady::now();
  const Timing timing = time_round(call, spec_of({.calls = 5, .batches = 2}), around);
  const double all_ns = std::chrono::duration<double, std::nano>(Steady::now() - start).count();
  double timed_ns = 0;
  for (const Slice& slice : timing.slices) timed_ns += 10 * slice.call_ns;
  EXPECT_LE(timed_ns, all_ns - spent_ns);
}

TEST(Slices, ATurnThatNeverComesEndsTheRound) {
  SlicedCall call;
  int turns = 0;
  const Turn turn = [&] {
    if (++turns == 2) throw std::runtime_error("the word to go on never came");
    return true;
  };
  EXPECT_EQ(test::message_of<std::runtime_error>(
                [&] { time_round(call, spec_of({.calls = 5, .batches = 2}), {.turn = turn}); }),
            "the word to go on never came");
  EXPECT_EQ(turns, 2);
}

// Memory that is touched for the first time, so many pages of it.
void touch_pages(std::size_t pages) {
  const std::size_t length = pages * static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
  void* const memory =
      mmap(nullptr, length, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  ASSERT_NE(memory, MAP_FAILED);
  madvise(memory, length, MADV_NOHUGEPAGE);
  for (std::size_t at = 0; at < length; at += length / pages) static_cast<char*>(memory)[at] = 1;
  munmap(memory, length);
}

// Touches new memory in every call.
class TouchingCall final : public PreparedCall {
 public:
  explicit TouchingCall(std::size_t pages) : pages_(pages) {}
  void run(std::int64_t calls) override {
    for (std::int64_t i = 0; i < calls; ++i) touch_pages(pages_);
  }
  std::vector<Buffer> result() override { return {}; }

 private:
  std::size_t pages_;
};

TEST(SlicesUsage, CountsThePagesThatTheirBatchesTouch) {
  constexpr std::int64_t pages = 16;
  TouchingCall call(pages);
  const Timing timing =
      time_round(call, {.round_ns = 1'000'000, .plan = SlicePlan{.calls = 2, .batches = 3}});
  EXPECT_GE(timing.minor_faults, pages * 2 * timing.batches);
  EXPECT_GE(timing.involuntary_switches, 0);
  EXPECT_GE(timing.major_faults, 0);
}

TEST(SlicesUsage, LeavesOutTheBatchesThatAreNotTimed) {
  constexpr std::int64_t pages = 4000;
  SlicedCall call;
  call.when_cold = [] { touch_pages(pages); };
  const Timing timing = time_round(call, spec_of({.calls = 5, .batches = 2}), call.around(3));
  ASSERT_THAT(timing.slices, SizeIs(3));
  EXPECT_LT(timing.minor_faults, pages);
}

TEST(SlicesUsage, LeavesOutTurnsAndProbes) {
  constexpr std::int64_t pages = 4000;
  SlicedCall call;
  Surroundings around = call.around(3);
  around.turn = [turn = around.turn] {
    touch_pages(pages);
    return turn();
  };
  around.probe = [probe = around.probe] {
    touch_pages(pages);
    return probe();
  };
  const Timing timing = time_round(call, spec_of({.calls = 5, .batches = 2}), around);
  ASSERT_THAT(timing.slices, SizeIs(3));
  EXPECT_LT(timing.minor_faults, pages);
}

}  // namespace
}  // namespace gapmeter
