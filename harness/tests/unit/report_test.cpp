// What a preparation may report, and what not.
#include "harness/kernel/metrics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "harness/tests/unit/testing.h"

namespace gapmeter {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(Metrics, KeepsMetricsInTheirOrder) {
  Metrics report;
  report.add("compile_s", 0.25);
  report.add("bytes", -1);
  EXPECT_THAT(report.metrics(), ElementsAre(Metric{"compile_s", 0.25}, Metric{"bytes", -1}));
}

TEST(Metrics, RefusesNamesThatCsvAndChartsCouldNotHold) {
  for (const char* name : {"", "Bytes", "1st", "_x", "a b", "a;b", "a=b", "größe", "a\nb"}) {
    EXPECT_FALSE(is_metric_name(name)) << name;
    EXPECT_THROW(Metrics().add(name, 1), std::invalid_argument) << name;
  }
  EXPECT_TRUE(is_metric_name("p99_9_ns"));
}

TEST(Metrics, RefusesWhatIsNoNumber) {
  for (const double value :
       {std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity()}) {
    EXPECT_THAT(test::message_of<std::invalid_argument>([&] { Metrics().add("x_s", value); }),
                HasSubstr("x_s"));
  }
}

TEST(Metrics, RefusesANameGivenTwice) {
  Metrics report;
  report.add("x", 1);
  EXPECT_THAT(test::message_of<std::invalid_argument>([&] { report.add("x", 2); }),
              HasSubstr("x is reported twice"));
}

}  // namespace
}  // namespace gapmeter
