// The slices of a round as files and messages hold them, and the plan that the next rounds take
// from one.
#include "harness/model/slices.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <optional>
#include <string>

#include "harness/model/measurement.h"

namespace gapmeter {
namespace {

using ::testing::IsEmpty;
using ::testing::Optional;

const Slices two_slices{{.call_ns = 52.31, .probe_before = 994, .probe_after = 995},
                        {.call_ns = 52.4, .probe_before = 0, .probe_after = 996}};

TEST(SlicesText, IsTimeAndProbesOfEachInTheirOrder) {
  EXPECT_EQ(to_string(two_slices), "52.31:994:995 52.4:0:996");
}

TEST(SlicesText, IsReadBack) { EXPECT_THAT(parse_slices(to_string(two_slices)), two_slices); }

TEST(SlicesText, OfNoSlicesIsEmptyAndReadBack) {
  EXPECT_EQ(to_string(Slices{}), "");
  EXPECT_THAT(parse_slices(""), Optional(IsEmpty()));
}

TEST(SlicesText, HasSixDigitsOfTheTime) {
  EXPECT_EQ(to_string(Slices{{.call_ns = 1.0 / 3}}), "0.333333:0:0");
  EXPECT_EQ(to_string(Slices{{.call_ns = 1234.56789}}), "1234.57:0:0");
  EXPECT_EQ(to_string(Slices{{.call_ns = 123456789}}), "1.23457e+08:0:0");
  EXPECT_EQ(to_string(Slices{{.call_ns = 1500}}), "1500:0:0");
}

// Files are written from what was read from messages: the second time nothing is lost.
TEST(SlicesText, LosesDigitsOnlyOnce) {
  constexpr double least = std::numeric_limits<double>::min();
  constexpr double most = std::numeric_limits<double>::max();
  for (const double call_ns : {1.0 / 3, 2.0 / 3, 123456.5, 999999.5, 1e-7 / 3, least, most}) {
    const std::string text = to_string(Slices{{call_ns, 1, 2}});
    const std::optional<Slices> read = parse_slices(text);
    ASSERT_TRUE(read.has_value()) << text;
    EXPECT_EQ(to_string(*read), text);
  }
}

TEST(SlicesText, TakesTheLargestProbes) {
  const Slices slices{{.call_ns = 1, .probe_before = INT64_MAX, .probe_after = INT64_MAX}};
  EXPECT_THAT(parse_slices(to_string(slices)), slices);
}

TEST(SlicesText, IsRefusedWithoutAllParts) {
  for (const char* text :
       {"1", "1:", "1:2", "1:2:", ":2:3", "1::3", "::", "1:2:3 1", "1:2:3 1:2", "1 1:2:3"}) {
    EXPECT_EQ(parse_slices(text), std::nullopt) << text;
  }
}

TEST(SlicesText, IsRefusedWithMoreThanItsParts) {
  for (const char* text : {"1:2:3:4", "1:2:3:", "1:2:3x", "1:2:3;1:2:3", "1:2:3,", "1:2:3 x"}) {
    EXPECT_EQ(parse_slices(text), std::nullopt) << text;
  }
}

TEST(SlicesText, IsRefusedWithBlanksBesidesThoseBetweenSlices) {
  for (const char* text : {" ", "1:2:3 ", " 1:2:3", "1:2:3  1:2:3", "1: 2:3", "1 :2:3", "1:2 :3",
                           "1:2:3\n", "1:2:3\t1:2:3"}) {
    EXPECT_EQ(parse_slices(text), std::nullopt) << text;
  }
}

TEST(SlicesText, IsRefusedWithATimeThatNoCallTakes) {
  for (const char* time : {"0", "-1", "-0", "inf", "-inf", "nan", "1e999", "x", "0x1", "1,5"}) {
    EXPECT_EQ(parse_slices(std::string(time) + ":2:3"), std::nullopt) << time;
    EXPECT_EQ(parse_slices("1:2:3 " + std::string(time) + ":2:3"), std::nullopt) << time;
  }
}

TEST(SlicesText, IsRefusedWithAProbeThatIsNone) {
  for (const char* probe : {"-1", "1.5", "1e3", "x", "nan", "9223372036854775808", "+1"}) {
    EXPECT_EQ(parse_slices("1:" + std::string(probe) + ":3"), std::nullopt) << probe;
    EXPECT_EQ(parse_slices("1:2:" + std::string(probe)), std::nullopt) << probe;
  }
}

// Of a round that ended after three of its slices, as after all.
TEST(SlicesOfATiming, HaveItsCallsAndAsManyBatchesEach) {
  const Timing timing{.calls = 7, .batches = 12, .slices = Slices(3, {.call_ns = 1})};
  EXPECT_EQ(slices_of(timing), (SlicePlan{.calls = 7, .batches = 4}));
}

TEST(SlicesOfATiming, HaveAtLeastOneBatch) {
  const Timing timing{.calls = 7, .batches = 1, .slices = Slices(3, {.call_ns = 1})};
  EXPECT_EQ(slices_of(timing), (SlicePlan{.calls = 7, .batches = 1}));
}

}  // namespace
}  // namespace gapmeter
