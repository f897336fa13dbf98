// The processors that this process may use. Which of several is the fastest: processor_test.cpp.
#include "harness/sys/affinity.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sched.h>

#include <stdexcept>

#include "harness/sys/control_groups.h"
#include "harness/tests/unit/support/testing.h"

namespace gapmeter {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;

TEST(Processors, AreThoseThatTheProcessMayUse) {
  cpu_set_t before;
  ASSERT_EQ(sched_getaffinity(0, sizeof before, &before), 0);
  if (!processor_quota()) {
    EXPECT_EQ(processors(), static_cast<std::size_t>(CPU_COUNT(&before)));
  }
  std::size_t first = 0;
  while (!CPU_ISSET(first, &before)) ++first;
  cpu_set_t one;
  CPU_ZERO(&one);
  CPU_SET(first, &one);
  ASSERT_EQ(sched_setaffinity(0, sizeof one, &one), 0);
  EXPECT_EQ(processors(), 1U);
  sched_setaffinity(0, sizeof before, &before);
}

TEST(ChooseCpu, TakesOneOfThoseThatThisProcessMayUse) {
  EXPECT_THAT(allowed_cpus(), Contains(choose_cpu({})));
  EXPECT_EQ(choose_cpu(allowed_cpus().front()), allowed_cpus().front());
}

TEST(ChooseCpu, RefusesAProcessorThatThisProcessMayNotUse) {
  EXPECT_THAT(test::message_of<std::invalid_argument>([] { choose_cpu(100'000); }),
              HasSubstr("--pin 100000: this process may not use that processor"));
}

}  // namespace
}  // namespace gapmeter
