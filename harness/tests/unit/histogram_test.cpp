// The histogram of latencies: what a value is rounded to, quantiles and floors by hand, and which
// of them a number of values supports.
#include "harness/base/histogram.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <utility>
#include <vector>

#include "harness/kernel/random.h"

namespace gapmeter {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;

// Each value so many times.
Histogram histogram_of(
    std::initializer_list<std::pair<const std::int64_t, std::int64_t>> values_and_times) {
  Histogram histogram;
  for (const auto& [value, times] : values_and_times) histogram.add(value, times);
  return histogram;
}

// Lower bounds and counts.
std::vector<std::pair<std::int64_t, std::int64_t>> buckets_of(const Histogram& histogram) {
  std::vector<std::pair<std::int64_t, std::int64_t>> pairs;
  for (const Histogram::Bucket& bucket : histogram.buckets()) {
    pairs.emplace_back(bucket.lower_bound(), bucket.times());
  }
  return pairs;
}

Histogram one_to_ten() {
  Histogram histogram;
  for (const int value : {7, 1, 10, 4, 2, 9, 3, 8, 5, 6}) histogram.add(value);
  return histogram;
}

TEST(HistogramTest, KnowsValuesBelow2048Exactly) {
  for (std::int64_t value = 0; value < 2048; ++value) {
    ASSERT_EQ(histogram_of({{value, 1}}).quantile(1), static_cast<double>(value));
  }
}

// The smallest and the largest value of each doubling, where the resolution is at its worst and at
// its best, and one in between.
TEST(HistogramTest, KnowsEveryValueToBetterThanATenthOfAPercent) {
  for (int bits = 1; bits < 63; ++bits) {
    const std::int64_t power = std::int64_t{1} << bits;
    for (const std::int64_t value : {power - 1, power, power + power / 3}) {
      const Histogram histogram = histogram_of({{value, 1}});
      const auto exact = static_cast<double>(value);
      ASSERT_NEAR(histogram.quantile(0.5).value(), exact, 0.0005 * exact) << value;
      const std::int64_t bound = histogram.buckets().front().lower_bound();
      ASSERT_LE(bound, value);
      ASSERT_LE(static_cast<double>(value - bound), 0.001 * exact) << value;
    }
  }
}

TEST(HistogramTest, SplitsEachDoublingEvenly) {
  Histogram histogram;
  for (const int value : {2046, 2047, 2048, 2049, 2050, 4095, 4096, 4099, 4100}) {
    histogram.add(value);
  }
  EXPECT_THAT(buckets_of(histogram),
              ElementsAre(Pair(2046, 1), Pair(2047, 1), Pair(2048, 2), Pair(2050, 1), Pair(4094, 1),
                          Pair(4096, 2), Pair(4100, 1)));
  EXPECT_EQ(histogram.count(), 9);
}

TEST(HistogramTest, StandsForABucketByItsMiddle) {
  EXPECT_EQ(histogram_of({{4099, 1}}).quantile(0.5), 4097.5);
}

TEST(HistogramTest, TakesTheLargestValueThereIs) {
  const Histogram histogram = histogram_of({{std::numeric_limits<std::int64_t>::max(), 1}});
  EXPECT_NEAR(histogram.quantile(1).value(), 0x1p63, 0x1p53);
}

TEST(HistogramTest, CountsNegativeValuesAsZero) {
  EXPECT_THAT(buckets_of(histogram_of({{-1, 1}, {std::numeric_limits<std::int64_t>::min(), 2}})),
              ElementsAre(Pair(0, 3)));
}

TEST(HistogramTest, CountsManyAtOnce) {
  const Histogram histogram = histogram_of({{5, 99}, {8, 1}});
  EXPECT_EQ(histogram.count(), 100);
  EXPECT_EQ(histogram.quantile(0.99), 5);
  EXPECT_EQ(histogram.quantile(1), 8);
}

TEST(HistogramTest, AQuantileIsTheSmallestValueThatSoManyDoNotExceed) {
  const Histogram histogram = one_to_ten();
  const std::pair<double, double> expected[] = {
      {0, 1}, {0.05, 1}, {0.1, 1}, {0.11, 2}, {0.5, 5}, {0.51, 6}, {0.9, 9}, {0.901, 10}, {1, 10}};
  for (const auto& [q, value] : expected) EXPECT_EQ(histogram.quantile(q), value) << q;
}

TEST(HistogramTest, OfNothingHasNoQuantile) {
  EXPECT_EQ(Histogram().quantile(0.5), std::nullopt);
  EXPECT_EQ(Histogram().count(), 0);
}

TEST(HistogramTest, MergedIsAsIfAllHadBeenAddedToOne) {
  Histogram left, right, whole;
  Random random(7);
  for (int i = 0; i < 1000; ++i) {
    const auto value = static_cast<std::int64_t>(random.below(1'000'000));
    (i % 3 == 0 ? left : right).add(value);
    whole.add(value);
  }
  left.merge(right);
  EXPECT_EQ(left, whole);
  EXPECT_EQ(left.count(), 1000);
}

TEST(HistogramTest, MergedWithNothingStays) {
  Histogram histogram = one_to_ten();
  histogram.merge({});
  EXPECT_EQ(histogram, one_to_ten());
  Histogram empty;
  empty.merge(one_to_ten());
  EXPECT_EQ(empty, one_to_ten());
}

TEST(HistogramTest, ABucketThatIsFullCountsNoFurther) {
  Histogram histogram = histogram_of({{5, std::int64_t{1} << 46}, {6, 2}});
  for (int i = 0; i < 3; ++i) histogram.merge(Histogram(histogram));
  histogram.add(5, 1);
  constexpr std::int64_t full = (std::int64_t{1} << 47) - 1;
  EXPECT_THAT(buckets_of(histogram), ElementsAre(Pair(5, full), Pair(6, 16)));
  EXPECT_EQ(histogram.count(), full + 16);
}

TEST(HistogramText, HoldsLowerBoundsAndCountsAscending) {
  EXPECT_EQ(to_string(histogram_of({{4099, 2}, {1200, 3}, {1210, 1}})), "1200:3 1210:1 4096:2");
  EXPECT_EQ(to_string(Histogram()), "");
}

TEST(HistogramText, ReadsBackAsTheSameHistogram) {
  Histogram histogram;
  Random random(11);
  for (int i = 0; i < 5000; ++i) {
    histogram.add(static_cast<std::int64_t>(random.below(std::uint64_t{1} << (i % 63))));
    EXPECT_EQ(parse_histogram(to_string(histogram)).has_value(), true);
  }
  EXPECT_EQ(parse_histogram(to_string(histogram)), histogram);
  EXPECT_EQ(parse_histogram(""), Histogram());
  EXPECT_EQ(parse_histogram("0:1"), histogram_of({{0, 1}}));
  EXPECT_EQ(parse_histogram("7:1099511627776").value().count(), std::int64_t{1} << 40);
}

TEST(HistogramText, ThatToStringDoesNotWriteIsRefused) {
  for (const char* text : {
           "x",
           "1",
           "1:",
           ":1",
           "1:x",
           "1 1",
           "1;1",
           " ",
           " 1:1",
           "1:1 ",
           "1:1  2:1",
           "1:1,2:1",
           "1:1\n",
           "1:1 2",
           "1.5:1",
           "1:1.5",
           "+1:1",
           "1:+1",
           "-1:1",
           "1:-1",
           "0x1:1",
           "nan:1",
           "1:0",  // a bucket that holds nothing
           "2:1 1:1",
           "1:1 1:1",  // not ascending
           "2049:1",
           "4097:1",  // inside a bucket
           "01:1",
           "1:01",
           "-0:1",                   // numbers as nobody writes them
           "9223372036854775808:1",  // 2^63
           "1:9223372036854775808",  //
           "1:1099511627777",        // above 2^40
       }) {
    EXPECT_EQ(parse_histogram(text), std::nullopt) << "'" << text << "'";
  }
}

// Ten values beyond it: 1,000 have ten above their 99th percentile, 999 have not.
TEST(SupportedQuantile, NeedsTenValuesBeyondIt) {
  const std::pair<double, std::int64_t> expected[] = {{0.5, 20},         {0.9, 100},
                                                      {0.99, 1000},      {0.999, 10'000},
                                                      {0.9999, 100'000}, {0.99999, 1'000'000}};
  for (const auto& [q, count] : expected) {
    EXPECT_EQ(supported_quantile(histogram_of({{7, count}}), q), 7) << q;
    EXPECT_EQ(supported_quantile(histogram_of({{7, count - 1}}), q), std::nullopt) << q;
  }
}

TEST(SupportedQuantile, IsTheQuantile) {
  EXPECT_EQ(supported_quantile(histogram_of({{5, 90}, {8, 10}}), 0.9), 5);
  EXPECT_EQ(supported_quantile(histogram_of({{5, 89}, {8, 11}}), 0.9), 8);
}

TEST(SupportedMaximum, NeedsAHundredValues) {
  EXPECT_EQ(supported_maximum(histogram_of({{5, 99}, {8, 1}})), 8);
  EXPECT_EQ(supported_maximum(histogram_of({{5, 98}, {8, 1}})), std::nullopt);
  EXPECT_EQ(supported_maximum({}), std::nullopt);
}

// In one second, a million calls of 1 µs: 1 % of them are 10,000, 0.1 % are 1,000.
class QuantileFloor : public ::testing::Test {
 protected:
  static std::optional<double> floor_of(double q, const Histogram& hiccups) {
    return quantile_floor(1000, q, hiccups, 1);
  }
};

TEST_F(QuantileFloor, IsTheCallItselfOnAMachineThatNeverInterrupts) {
  EXPECT_EQ(floor_of(0.99, {}), 1000);
}

TEST_F(QuantileFloor, IsTheCallItselfWhereFewEnoughAreInterrupted) {
  EXPECT_EQ(floor_of(0.99, histogram_of({{2000, 10'000}})), 1000);
}

TEST_F(QuantileFloor, AddsTheInterruptionThatTooManyMeet) {
  EXPECT_EQ(floor_of(0.99, histogram_of({{2000, 10'001}})), 1000 + 2000);
}

// 25,000 are interrupted, of whom 20,000 for 2 µs and 5,000 for 51.2 µs: the longer ones are few
// enough for the 99th percentile and too many for the 99.9th.
TEST_F(QuantileFloor, AddsTheShortestInterruptionThatFewEnoughExceed) {
  const Histogram hiccups = histogram_of({{2000, 20'000}, {51'200, 5000}});
  EXPECT_EQ(floor_of(0.99, hiccups), 1000 + 2000);
  EXPECT_EQ(floor_of(0.999, hiccups), 1000 + 51'200);
}

// A call ten times as long meets ten times as many of the same interruptions.
TEST_F(QuantileFloor, RisesWithTheLengthOfTheCall) {
  const Histogram hiccups = histogram_of({{2000, 5000}});
  EXPECT_EQ(quantile_floor(1000, 0.99, hiccups, 1), 1000);
  EXPECT_EQ(quantile_floor(10'000, 0.99, hiccups, 1), 10'000 + 2000);
}

TEST_F(QuantileFloor, RisesWithTheRateOfInterruptions) {
  const Histogram hiccups = histogram_of({{2000, 5000}});
  EXPECT_EQ(quantile_floor(1000, 0.99, hiccups, 0.25), 1000 + 2000);
}

// 1 % of 999 calls are fewer than ten.
TEST_F(QuantileFloor, IsUnknownWhereTooLittleWasWatched) {
  EXPECT_EQ(quantile_floor(1e6, 0.99, {}, 1), 1e6);
  EXPECT_EQ(quantile_floor(1e6, 0.99, {}, 0.999), std::nullopt);
  EXPECT_EQ(quantile_floor(1e6, 0.999, {}, 1), std::nullopt);
  EXPECT_EQ(quantile_floor(1000, 0.99, {}, 0), std::nullopt);
}

TEST_F(QuantileFloor, IsUnknownWhereACallMeetsSeveralInterruptions) {
  EXPECT_EQ(floor_of(0.99, histogram_of({{2000, 1'000'000}})), 1000 + 2000);
  EXPECT_EQ(floor_of(0.99, histogram_of({{2000, 1'000'001}})), std::nullopt);
}

}  // namespace
}  // namespace gapmeter
