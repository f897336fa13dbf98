// The probe: that it reads something, and the same again. What it reads depends on the machine, and
// on what else that does.
#include "harness/worker/probe.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sched.h>

#include <cstdint>
#include <vector>

#include "harness/base/statistics.h"
#include "harness/tests/unit/support/testing.h"

namespace gapmeter {
namespace {

using ::testing::Each;
using ::testing::Gt;

TEST(Probe, ReadsMoreThanNothing) {
  std::vector<std::int64_t> readings;
  for (int i = 0; i < 100; ++i) readings.push_back(probe());
  EXPECT_THAT(readings, Each(Gt(0)));
}

// In turn, so that whatever the machine does meanwhile happens to both; the median leaves out
// interruptions.
TEST(Probe, ReadsAboutTheSameAgain) {
  std::vector<double> one, other;
  for (int i = 0; i < 101; ++i) {
    one.push_back(static_cast<double>(probe()));
    other.push_back(static_cast<double>(probe()));
  }
  const double ratio = median(one) / median(other);
  EXPECT_GT(ratio, 0.5);
  EXPECT_LT(ratio, 2);
}

TEST(ProbeEveryProcessor, ReadsMoreThanNothing) { EXPECT_GT(probe_every_processor(), 0); }

// On the one that is left to a pinned process, too.
TEST(ProbeEveryProcessor, LeavesTheCallersProcessorsAsTheyWere) {
  EXPECT_EQ(test::in_child([]() -> std::string {
              cpu_set_t before, after;
              if (sched_getaffinity(0, sizeof before, &before) != 0) return "no affinity";
              for (int cpu = 0, left = 1; cpu < CPU_SETSIZE; ++cpu) {
                const auto index = static_cast<std::size_t>(cpu);
                if (CPU_ISSET(index, &before) && left-- <= 0) CPU_CLR(index, &before);
              }
              if (sched_setaffinity(0, sizeof before, &before) != 0) return "not pinned";
              if (probe_every_processor() <= 0) return "nothing read";
              if (sched_getaffinity(0, sizeof after, &after) != 0) return "no affinity";
              return CPU_EQUAL(&before, &after) != 0 ? "the same" : "others";
            }),
            "the same");
}

}  // namespace
}  // namespace gapmeter
