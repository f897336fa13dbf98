// Start-ups, from latencies that can be reckoned by hand, and left out where these don't show them.
#include "harness/analysis/startup.h"

#include <gtest/gtest.h>

#include "harness/analysis/summary.h"
#include "harness/tests/unit/support/rows.h"

namespace gapmeter {
namespace {

Estimate around(double value, double share = 0.01) {
  return {value, Interval{value * (1 - share), value * (1 + share)}};
}

// 20 of start-up and 1 for each thousand of n.
std::vector<SizedLatency> latencies() {
  return {
      {1'000, around(21)}, {2'000, around(22)}, {100'000, around(120)}, {1'000'000, around(1020)}};
}

TEST(StartUp, IsWhatTheSmallestSizeTakesWithoutItsWork) {
  const std::optional<Estimate> startup = startup_of(latencies());
  ASSERT_TRUE(startup);
  EXPECT_NEAR(startup->value, 20, 1e-9);
  EXPECT_LT(startup->interval->low, 20);
  EXPECT_GT(startup->interval->high, 20);
}

TEST(StartUp, IsTheSmallestLatencyWhereTheNextOneIsNoLarger) {
  std::vector<SizedLatency> flat = latencies();
  flat[1].latency_ns = around(20.9);
  EXPECT_NEAR(startup_of(flat)->value, 21, 1e-9);
}

TEST(StartUp, IsLeftOutWhereTheDataDoNotShowIt) {
  std::vector<SizedLatency> few = latencies();
  few.pop_back();
  EXPECT_FALSE(startup_of(few)) << "of three sizes";
  std::vector<SizedLatency> growing = latencies();
  growing[1].latency_ns = around(40);
  EXPECT_FALSE(startup_of(growing)) << "the work is as long at the smallest size";
  std::vector<SizedLatency> unsure = latencies();
  unsure[0].latency_ns = around(21, 0.4);
  EXPECT_FALSE(startup_of(unsure));
  unsure[0].latency_ns.interval.reset();
  EXPECT_FALSE(startup_of(unsure)) << "of rounds too few for an interval";
}

TEST(GapWithoutStartUp, IsBetweenWhatRemains) {
  const auto gap = gap_without_startup(around(120), around(20), around(11), around(1));
  ASSERT_TRUE(gap);
  EXPECT_NEAR(gap->value, 10, 1e-9);
  EXPECT_NEAR(gap->interval->low, (118.8 - 20.2) / (11.11 - 0.99), 1e-9);
  EXPECT_NEAR(gap->interval->high, (121.2 - 19.8) / (10.89 - 1.01), 1e-9);
}

TEST(GapWithoutStartUp, IsLeftOutWhereNothingSureRemains) {
  EXPECT_FALSE(gap_without_startup(around(20.1), around(20), around(11), around(1)));
  EXPECT_FALSE(gap_without_startup(around(120), around(20), around(1.01), around(1)));
  EXPECT_FALSE(gap_without_startup(around(24), around(20, 0.1), around(11), around(1)));
}

}  // namespace
}  // namespace gapmeter
