// Statistics on data small enough to check by hand; test_statistics_against_scipy.py has the rest.
#include "harness/base/statistics.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

namespace gapmeter {
namespace {

// first, first + 1, …, last
std::vector<double> counting(int first, int last) {
  std::vector<double> values(static_cast<std::size_t>(last - first + 1));
  std::iota(values.begin(), values.end(), first);
  return values;
}

void expect_interval(const std::optional<Interval>& interval, double low, double high,
                     double within = 1e-12) {
  ASSERT_TRUE(interval.has_value());
  EXPECT_NEAR(interval->low, low, within);
  EXPECT_NEAR(interval->high, high, within);
}

using Values = std::vector<double>;

TEST(Mean, DividesTheSumByTheCount) {
  EXPECT_DOUBLE_EQ(mean(Values{5}), 5);
  EXPECT_DOUBLE_EQ(mean(Values{1, 2, 6}), 3);
  EXPECT_DOUBLE_EQ(mean(Values{-1, 1}), 0);
}

TEST(Quantile, InterpolatesBetweenOrderStatistics) {
  // Positions 0, 1, 2, 3, 4: the quantile q stands at position 4 q.
  const Values values{10, 20, 40, 80, 160};
  EXPECT_DOUBLE_EQ(quantile(values, 0), 10);
  EXPECT_DOUBLE_EQ(quantile(values, 0.125), 15);
  EXPECT_DOUBLE_EQ(quantile(values, 0.25), 20);
  EXPECT_DOUBLE_EQ(quantile(values, 0.5), 40);
  EXPECT_DOUBLE_EQ(quantile(values, 0.875), 120);
  EXPECT_DOUBLE_EQ(quantile(values, 1), 160);
}

// numpy.quantile([1, 2, 3, 4], [0.1, 0.9]) is [1.3, 3.7].
TEST(Quantile, IsTheDefaultOfNumPy) {
  EXPECT_DOUBLE_EQ(quantile(counting(1, 4), 0.1), 1.3);
  EXPECT_DOUBLE_EQ(quantile(counting(1, 4), 0.9), 3.7);
}

TEST(Quantile, OfOneValueIsThatValue) {
  for (const double q : {0.0, 0.3, 1.0}) EXPECT_DOUBLE_EQ(quantile(Values{7}, q), 7);
}

TEST(Quantile, SortsFirst) { EXPECT_DOUBLE_EQ(quantile(Values{160, 10, 80, 40, 20}, 0.25), 20); }

TEST(Quantile, LeavesItsArgumentAsItWas) {
  const Values values{3, 1, 2};
  quantile(values, 0.5);
  EXPECT_EQ(values, (Values{3, 1, 2}));
}

TEST(QuantileOfSorted, AgreesWithQuantile) {
  const Values sorted{1, 2, 4, 8};
  for (const double q : {0.0, 0.1, 0.5, 0.77, 1.0}) {
    EXPECT_DOUBLE_EQ(quantile_of_sorted(sorted, q), quantile(sorted, q));
  }
}

TEST(Median, IsTheMiddleOrTheMeanOfTheMiddleTwo) {
  EXPECT_DOUBLE_EQ(median(Values{9}), 9);
  EXPECT_DOUBLE_EQ(median(Values{3, 1, 2}), 2);
  EXPECT_DOUBLE_EQ(median(Values{4, 1, 2, 100}), 3);
}

// 2 P(X <= 0) of the binomial distribution (n, 1/2) is 2 / 2^n: 0.0625 for 5, 0.03125 for 6.
TEST(MedianInterval, NeedsSixValuesFor95Percent) {
  for (int n = 1; n <= 5; ++n) {
    EXPECT_EQ(median_interval(counting(1, n), 0.95), std::nullopt) << n;
  }
  EXPECT_NE(median_interval(counting(1, 6), 0.95), std::nullopt);
}

// [x(1), x(6)] covers with 62/64, [x(2), x(5)] with 50/64: a tenth of the way from the first to the
// second. Inwards by 5 * 0.1 / (1 + 4 * 0.1) = 5/14 of the distance.
TEST(MedianInterval, LiesBetweenTheOrderStatisticsAroundTheConfidence) {
  expect_interval(median_interval(counting(1, 6), 0.95), 1 + 5 / 14.0, 6 - 5 / 14.0);
}

// 254/256 and 238/256: 0.675 of the way; 7 * 0.675 / (1 + 6 * 0.675).
TEST(MedianInterval, OfEightValues) {
  const double inwards = 7 * 0.675 / (1 + 6 * 0.675);
  expect_interval(median_interval(counting(1, 8), 0.95), 1 + inwards, 8 - inwards);
}

// 2 P(X <= 5) = 0.0414 and 2 P(X <= 6) = 0.1153 for n = 20: between the 6th and the 7th.
TEST(MedianInterval, OfTwentyValues) {
  expect_interval(median_interval(counting(1, 20), 0.95), 6.235234, 14.764766, 1e-6);
}

// Tables of the conservative interval have the 40th and the 61st of a hundred.
TEST(MedianInterval, OfAHundredValues) {
  expect_interval(median_interval(counting(1, 100), 0.95), 40.763201, 60.236799, 1e-6);
}

// 2 P(X <= 468) = 0.0463 and 2 P(X <= 469) = 0.0537 for n = 1000.
TEST(MedianInterval, OfAThousandValues) {
  expect_interval(median_interval(counting(1, 1000), 0.95), 469.533087, 531.466913, 1e-6);
}

TEST(MedianInterval, IsWiderForMoreConfidence) {
  expect_interval(median_interval(counting(1, 20), 0.99), 4.942307, 16.057693, 1e-6);
  EXPECT_EQ(median_interval(counting(1, 7), 0.99), std::nullopt);
  expect_interval(median_interval(counting(1, 8), 0.99), 1.202479, 7.797521, 1e-6);
}

// The smallest and the largest of n values cover the median with exactly 1 - 2 / 2^n.
TEST(MedianInterval, CountsACoverageOfExactlyTheConfidence) {
  expect_interval(median_interval(counting(1, 2), 0.5), 1, 2);
  expect_interval(median_interval(counting(1, 3), 0.75), 1, 3);
  expect_interval(median_interval(counting(1, 5), 0.9375), 1, 5);
  expect_interval(median_interval(counting(1, 6), 0.96875), 1, 6);
}

TEST(MedianInterval, SortsFirst) {
  Values values = counting(1, 9);
  std::reverse(values.begin(), values.end());
  std::swap(values[1], values[6]);
  expect_interval(median_interval(values, 0.95), 2.227907, 7.772093, 1e-6);
}

TEST(MedianInterval, OfEqualValuesHasNoWidth) {
  expect_interval(median_interval(Values(9, 4.5), 0.95), 4.5, 4.5);
}

TEST(MedianInterval, OfNothingIsAbsent) { EXPECT_EQ(median_interval({}, 0.95), std::nullopt); }

}  // namespace
}  // namespace gapmeter
