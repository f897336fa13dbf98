#include "harness/base/parallel.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sched.h>

#include <stdexcept>
#include <vector>

namespace gapmeter {
namespace {

using ::testing::Each;

TEST(InParallel, CallsTheBodyOnceForEachIndex) {
  for (const std::size_t count : {0U, 1U, 2U, 1000U}) {
    std::vector<int> calls(count);
    in_parallel(count, [&](std::size_t i) { ++calls[i]; });
    EXPECT_THAT(calls, Each(1)) << count;
  }
}

TEST(InParallel, RethrowsWhatAnyIndexThrows) {
  for (const std::size_t bad : {0U, 7U, 99U}) {
    const auto body = [&](std::size_t i) {
      if (i == bad) throw std::runtime_error("bad");
    };
    EXPECT_THROW(in_parallel(100, body), std::runtime_error) << bad;
  }
}

TEST(Processors, AreThoseThatTheProcessMayUse) {
  cpu_set_t before;
  ASSERT_EQ(sched_getaffinity(0, sizeof before, &before), 0);
  EXPECT_EQ(processors(), static_cast<std::size_t>(CPU_COUNT(&before)));
  std::size_t first = 0;
  while (!CPU_ISSET(first, &before)) ++first;
  cpu_set_t one;
  CPU_ZERO(&one);
  CPU_SET(first, &one);
  ASSERT_EQ(sched_setaffinity(0, sizeof one, &one), 0);
  EXPECT_EQ(processors(), 1U);
  sched_setaffinity(0, sizeof before, &before);
}

}  // namespace
}  // namespace gapmeter
