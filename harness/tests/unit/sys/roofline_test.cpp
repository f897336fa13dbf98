// The limits of the machine: over which sizes memory is measured, and that every limit is.
#include "harness/sys/roofline.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/tests/unit/support/testing.h"

namespace gapmeter {
namespace {

using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::Gt;
using ::testing::Le;

using test::mebibyte;

TEST(RooflineSizes, AreSeveralAndBeyondTheLastCache) {
  EXPECT_THAT(roofline_sizes(100 * mebibyte, 64'000 * mebibyte),
              ElementsAre(200 * mebibyte, 400 * mebibyte));
}

TEST(RooflineSizes, OfASmallOrUnknownCacheAreAsLargeAsThoseOfALargerOne) {
  EXPECT_THAT(roofline_sizes(mebibyte, {}), ElementsAre(64 * mebibyte, 128 * mebibyte));
  EXPECT_EQ(roofline_sizes(0, {}), roofline_sizes(mebibyte, {}));
}

TEST(RooflineSizes, TakeNoMoreThanAQuarterOfTheMemoryAndHalfAGibibyte) {
  EXPECT_THAT(roofline_sizes(480 * mebibyte, 64'000 * mebibyte), ElementsAre(512 * mebibyte))
      << "a second one would hardly be larger";
  EXPECT_THAT(roofline_sizes(100 * mebibyte, 600 * mebibyte), ElementsAre(150 * mebibyte));
  for (const std::int64_t available : {std::int64_t{-1}, std::int64_t{0}, mebibyte}) {
    const auto sizes = roofline_sizes(100 * mebibyte, available);
    EXPECT_THAT(sizes, Each(Gt(0U)));
    EXPECT_THAT(sizes, Each(Le(2U * mebibyte)));
  }
}

TEST(Roofline, HasEveryLimit) {
  const Roofline roofline = measure_roofline(-1, mebibyte, /*with_memory=*/true);
  EXPECT_GT(roofline.read_bytes_per_s.value(), 0);
  EXPECT_GT(roofline.copy_bytes_per_s.value(), 0);
  EXPECT_GT(roofline.multiply_bytes_per_s.value(), 0);
  EXPECT_GT(roofline.flops_per_s, 0);
}

TEST(Roofline, HasThatOfArithmeticAloneIfMemoryDoesNotMatter) {
  const Roofline roofline = measure_roofline(-1, mebibyte, /*with_memory=*/false);
  EXPECT_GT(roofline.flops_per_s, 0);
  EXPECT_FALSE(roofline.read_bytes_per_s || roofline.copy_bytes_per_s ||
               roofline.multiply_bytes_per_s);
}

TEST(Roofline, OfTwoMeasurementsIsTheHigherOfEachLimit) {
  const Roofline best = best_of({3, 1, 20, std::nullopt}, {30, 10, 2, 4});
  EXPECT_EQ(best.flops_per_s, 30);
  EXPECT_EQ(best.read_bytes_per_s, 10);
  EXPECT_EQ(best.copy_bytes_per_s, 20);
  EXPECT_EQ(best.multiply_bytes_per_s, 4) << "an older file has none";
  EXPECT_EQ(best_of({1}, {2}).read_bytes_per_s, std::nullopt);
}

}  // namespace
}  // namespace gapmeter
