// Clocks: the time of day as files have it, and a steady one that does not go back.
#include "harness/base/clock.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <ctime>

namespace gapmeter {
namespace {

using ::testing::MatchesRegex;

TEST(UtcNow, IsIso8601OfThisMinute) {
  const std::string now = utc_now();
  EXPECT_THAT(now, MatchesRegex("[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z"));
  std::tm parsed{};
  ASSERT_NE(strptime(now.c_str(), "%Y-%m-%dT%H:%M:%SZ", &parsed), nullptr);
  EXPECT_NEAR(static_cast<double>(timegm(&parsed)), static_cast<double>(std::time(nullptr)), 60);
}

TEST(SteadyClock, DoesNotGoBack) {
  const SteadyClock clock;
  const double before = clock.now_s();
  EXPECT_GE(clock.now_s(), before);
}

TEST(ClockCost, IsMoreThanNothingAndLessThanAMillisecond) {
  EXPECT_GE(clock_cost_ns(), 0);
  EXPECT_LT(clock_cost_ns(), 1e6);
}

}  // namespace
}  // namespace gapmeter
