// Moments at which requests leave: as many as were wanted, spread as they should be.
#include "harness/load/schedule.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "harness/load/open_loop.h"

namespace gapmeter {
namespace {

using ::testing::AllOf;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::Ge;
using ::testing::Lt;

TEST(ConstantSchedules, HaveEqualDistances) {
  EXPECT_THAT(schedule_of(Schedule::constant, 4, 1000, 1), ElementsAre(0, 250, 500, 750));
}

TEST(PoissonSchedules, HaveExactlyTheWantedRate) {
  const auto moments = schedule_of(Schedule::poisson, 1000, 5'000'000, 7);
  EXPECT_EQ(moments.size(), 1000);
  EXPECT_TRUE(std::is_sorted(moments.begin(), moments.end()));
  EXPECT_THAT(moments, Each(AllOf(Ge(0), Lt(5'000'000))));
}

// Of a Poisson process a share of 1/e of the gaps is longer than the average one; here 0.368 ±
// 0.015 for 10,000 gaps, which no other schedule of equal rate would have by accident.
TEST(PoissonSchedules, HaveExponentialGaps) {
  constexpr std::int64_t mean_gap = 1000;
  const auto moments = schedule_of(Schedule::poisson, 10'000, 10'000 * mean_gap, 3);
  int longer = 0, three_times = 0;
  for (std::size_t i = 1; i < moments.size(); ++i) {
    longer += moments[i] - moments[i - 1] > mean_gap ? 1 : 0;
    three_times += moments[i] - moments[i - 1] > 3 * mean_gap ? 1 : 0;
  }
  EXPECT_NEAR(static_cast<double>(longer) / 10'000, 0.368, 0.015);
  EXPECT_NEAR(static_cast<double>(three_times) / 10'000, 0.0498, 0.008);
}

TEST(PoissonSchedules, AreTheSameForASeedAndOthersForOthers) {
  const auto schedule = [](std::uint64_t seed) {
    return schedule_of(Schedule::poisson, 100, 1'000'000, seed);
  };
  EXPECT_EQ(schedule(1), schedule(1));
  EXPECT_NE(schedule(1), schedule(2));
}

TEST(OpenLoopPlans, WarmUpAtTheSameRateBeforeTheyAreTimed) {
  const OpenLoopPlan plan = plan_open_loop(Schedule::constant, 100, 50, 0.2, 1);
  EXPECT_EQ(plan.due_ns.size(), 20 + 50);
  EXPECT_EQ(plan.timed_from_ns, 200'000'000);
  EXPECT_EQ(plan.due_ns[20], plan.timed_from_ns);
  EXPECT_EQ(plan.due_ns[21] - plan.due_ns[20], 10'000'000);
  EXPECT_EQ(plan.ends_ns, 700'000'000);
}

TEST(OpenLoopPlans, MayDoWithoutWarmUp) {
  const OpenLoopPlan plan = plan_open_loop(Schedule::poisson, 100, 50, 0, 1);
  EXPECT_EQ(plan.due_ns.size(), 50);
  EXPECT_EQ(plan.timed_from_ns, 0);
}

}  // namespace
}  // namespace gapmeter
