// The generator behind all inputs: its published test vector, the mappings to numbers, their
// bounds.
#include "harness/kernel/random.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

namespace gapmeter {
namespace {

__extension__ using Wide = unsigned __int128;  // 64 by 64 bits, to check the portable product with

template <Element T>
std::vector<T> draw(const uniform& bounds, std::size_t count, std::uint64_t key = 1) {
  std::vector<T> values(count);
  Random random(key);
  const Fill<T> fill = bounds;
  fill(values, random);
  return values;
}

template <Element T>
void expect_within(const std::vector<T>& values, double low, double high) {
  for (const T value : values) {
    EXPECT_GE(static_cast<double>(value), low);
    EXPECT_LE(static_cast<double>(value), high);
  }
}

// The sum of (observed - expected)^2 / expected over equally likely bins.
double chi_square(const std::vector<int>& observed) {
  int total = 0;
  for (const int count : observed) total += count;
  const double expected = static_cast<double>(total) / static_cast<double>(observed.size());
  double sum = 0;
  for (const int count : observed) sum += (count - expected) * (count - expected) / expected;
  return sum;
}

// The first outputs for the seed 1234567, by the reference implementation
// (https://prng.di.unimi.it/splitmix64.c).
TEST(RandomBits, AreThePublishedSplitMix64) {
  Random random(1234567);
  for (const std::uint64_t expected :
       {6457827717110365317ULL, 3203168211198807973ULL, 9817491932198370423ULL,
        4593380528125082431ULL, 16408922859458223821ULL}) {
    EXPECT_EQ(random.next(), expected);
  }
}

// XXH3-64 with the default secret: values that `xxhsum -H3` prints.
TEST(KeyOf, IsXxh3OfTheBytes) {
  EXPECT_EQ(hash_of(""), 0x2d06800538d394c2U);
  EXPECT_EQ(hash_of("a"), 0xe6c632b61e964e1fU);
  EXPECT_EQ(hash_of("golden"), 0x7d263ba9f3ffb622U);
}

TEST(RandomUnit, IsTheUpper53Bits) {
  Random random(1234567);
  EXPECT_EQ(random.unit(), static_cast<double>(6457827717110365317ULL >> 11) * 0x1p-53);
}

TEST(RandomUnit, IsAtLeastZeroAndBelowOne) {
  Random random(7);
  for (int i = 0; i < 100'000; ++i) {
    const double value = random.unit();
    ASSERT_GE(value, 0.0);
    ASSERT_LT(value, 1.0);
  }
}

TEST(RandomUnit, SpreadsEvenly) {
  std::vector<int> bins(100);
  Random random(11);
  for (int i = 0; i < 100'000; ++i) ++bins[static_cast<std::size_t>(random.unit() * 100)];
  // 99 degrees of freedom: 99 on average, standard deviation 14.
  EXPECT_LT(chi_square(bins), 99 + 6 * 14.1);
}

TEST(RandomBelow, IsTheHighHalfOfTheProduct) {
  for (const std::uint64_t bound :
       {std::uint64_t{1}, std::uint64_t{2}, std::uint64_t{10}, std::uint64_t{0xffffffff},
        std::uint64_t{1} << 32, (std::uint64_t{1} << 32) + 1, std::uint64_t{0xfffffffffffffffe},
        std::numeric_limits<std::uint64_t>::max()}) {
    Random bits(99), numbers(99);
    for (int i = 0; i < 1000; ++i) {
      const auto expected = static_cast<std::uint64_t>((Wide{bits.next()} * bound) >> 64);
      ASSERT_EQ(numbers.below(bound), expected) << bound;
    }
  }
}

TEST(RandomBelow, OfOneIsZero) {
  Random random(3);
  for (int i = 0; i < 100; ++i) EXPECT_EQ(random.below(1), 0U);
}

TEST(RandomBelow, ReachesEveryValueEquallyOften) {
  std::vector<int> counts(7);
  Random random(5);
  for (int i = 0; i < 70'000; ++i) {
    const std::uint64_t value = random.below(7);
    ASSERT_LT(value, 7U);
    ++counts[value];
  }
  // 6 degrees of freedom: more than 40 in one of two million.
  EXPECT_LT(chi_square(counts), 40);
}

TEST(UniformReals, StayWithinTheirBounds) {
  expect_within(draw<double>({-3, 5}, 50'000), -3, 5);
  expect_within(draw<float>({-3, 5}, 50'000), -3, 5);
  expect_within(draw<double>({1e300, 1e300}, 10), 1e300, 1e300);
}

TEST(UniformReals, SpreadOverTheirWholeRange) {
  std::vector<int> bins(50);
  for (const double value : draw<double>({-3, 5}, 50'000)) {
    ++bins[static_cast<std::size_t>((value + 3) / 8 * 50)];
  }
  // 49 degrees of freedom: standard deviation 9.9.
  EXPECT_LT(chi_square(bins), 49 + 6 * 9.9);
}

TEST(UniformWholes, ReachBothBoundsAndNothingElse) {
  std::vector<int> counts(6);
  for (const std::int32_t value : draw<std::int32_t>({-2, 3}, 60'000)) {
    ASSERT_GE(value, -2);
    ASSERT_LE(value, 3);
    ++counts[static_cast<std::size_t>(value + 2)];
  }
  // 5 degrees of freedom: more than 37 in one of two million.
  EXPECT_LT(chi_square(counts), 37);
}

TEST(UniformWholes, BoundsBetweenWholesAreRoundedInwards) {
  expect_within(draw<std::int64_t>({0.5, 2.5}, 1000), 1, 2);
  expect_within(draw<std::int64_t>({-2.5, -0.5}, 1000), -2, -1);
}

TEST(UniformWholes, BytesCoverTheirWholeType) {
  std::array<bool, 256> seen{};
  for (const std::uint8_t value : draw<std::uint8_t>({0, 255}, 10'000)) seen[value] = true;
  for (std::size_t value = 0; value < seen.size(); ++value) EXPECT_TRUE(seen[value]) << value;
}

TEST(UniformWholes, OneValueIsAllowed) {
  for (const std::int32_t value : draw<std::int32_t>({4, 4}, 100)) EXPECT_EQ(value, 4);
}

TEST(Uniform, RefusesReversedBounds) {
  EXPECT_THROW(Fill<double>(uniform{1, -1}), std::invalid_argument);
  EXPECT_THROW(Fill<std::int32_t>(uniform{1, -1}), std::invalid_argument);
}

TEST(Uniform, RefusesNan) {
  const double nan = std::nan("");
  EXPECT_THROW(Fill<double>(uniform{nan, 1}), std::invalid_argument);
  EXPECT_THROW(Fill<double>(uniform{0, nan}), std::invalid_argument);
  EXPECT_THROW(Fill<std::int32_t>(uniform{nan, nan}), std::invalid_argument);
}

// No whole number lies in [0.2, 0.8]; there is nothing that such a field could be filled with.
TEST(UniformWholes, RefuseBoundsWithNoWholeNumberBetween) {
  EXPECT_THROW(Fill<std::int32_t>(uniform{0.2, 0.8}), std::invalid_argument);
}

TEST(UniformWholes, RefuseBoundsThatTheirTypeCannotHold) {
  EXPECT_THROW(Fill<std::uint8_t>(uniform{-1, 10}), std::invalid_argument);
  EXPECT_THROW(Fill<std::uint8_t>(uniform{0, 256}), std::invalid_argument);
  EXPECT_THROW(Fill<std::int32_t>(uniform{0, 3e9}), std::invalid_argument);
}

// The number of values, 2^64, does not fit the arithmetic either.
TEST(UniformWholes, RefuseTheWholeRangeOfSixtyFourBits) {
  EXPECT_THROW(Fill<std::int64_t>(uniform{-0x1p63, 0x1p63}), std::invalid_argument);
}

TEST(UniformWholes, BoundsMayBeAsFarApartAsTheirTypeHolds) {
  expect_within(draw<std::int32_t>({-0x1p31, 0x1p31 - 1}, 1000), -0x1p31, 0x1p31 - 1);
  expect_within(draw<std::int64_t>({-0x1p62, 0x1p61}, 1000), -0x1p62, 0x1p61);
}

// As floats they would all be infinite.
TEST(UniformReals, RefuseBoundsThatTheirTypeCannotHold) {
  EXPECT_THROW(Fill<float>(uniform{1e39, 1e40}), std::invalid_argument);
  EXPECT_NO_THROW(Fill<float>(uniform{-3e38, 3e38}));
  EXPECT_NO_THROW(Fill<double>(uniform{1e39, 1e40}));
}

TEST(UniformReals, RefuseInfiniteBounds) {
  const double infinity = std::numeric_limits<double>::infinity();
  EXPECT_THROW(Fill<double>(uniform{-infinity, infinity}), std::invalid_argument);
}

}  // namespace
}  // namespace gapmeter
