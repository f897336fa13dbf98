// How much memory cells will need, in mebibytes that can be checked by hand.
#include "harness/measure/footprints.h"

#include <gtest/gtest.h>

#include "harness/tests/unit/support/rows.h"
#include "harness/tests/unit/support/testing.h"

namespace gapmeter {
namespace {

using test::mebibyte;
constexpr double mib = static_cast<double>(mebibyte);

CellGroup group_of(std::size_t n, std::size_t working_set_bytes) {
  CellGroup group{.kernel = "sum", .n = n, .working_set_bytes = working_set_bytes};
  group.variants.push_back({.id = test::variant("python/loop")});
  return group;
}

double needed_mib(const Footprints& footprints, const CellGroup& group) {
  return footprints.bytes_of(group, group.variants.front()) / mib;
}

TEST(Footprint, IsWhatIsDeclaredBeforeAnythingIsKnown) {
  EXPECT_DOUBLE_EQ(needed_mib(Footprints({}), group_of(64, 30 * mebibyte)), 30);
}

TEST(Footprint, GrowsWithNFromTheNextSmallerSizeThatIsKnown) {
  Footprints footprints({});
  footprints.learn(test::cell("python/loop", 16),
                   {.baseline_bytes = 10 * mebibyte, .peak_bytes = 20 * mebibyte});
  EXPECT_DOUBLE_EQ(needed_mib(footprints, group_of(64, 30 * mebibyte)), 10 + 4 * 20);
  EXPECT_DOUBLE_EQ(needed_mib(footprints, group_of(64, 100 * mebibyte)), 100) << "declared";
  EXPECT_DOUBLE_EQ(needed_mib(footprints, group_of(8, mebibyte)), 1) << "a smaller size";
}

TEST(Footprint, OfAFewPagesSaysNothingOfLargerSizes) {
  Footprints footprints({});
  footprints.learn(test::cell("python/loop", 16), {.baseline_bytes = 0, .peak_bytes = mebibyte});
  EXPECT_DOUBLE_EQ(needed_mib(footprints, group_of(1600, mebibyte)), 1);
}

TEST(Footprint, AboveTheLimitSkipsTheCell) {
  const CellGroup group = group_of(16, 30 * mebibyte);
  const Footprints tight(30 * mebibyte - 1), wide(30 * mebibyte), unlimited({});
  const auto skipped = tight.too_large(group, group.variants.front());
  ASSERT_TRUE(skipped.has_value());
  EXPECT_EQ(skipped->status, Status::skipped);
  EXPECT_EQ(wide.too_large(group, group.variants.front()), std::nullopt);
  EXPECT_EQ(unlimited.too_large(group, group.variants.front()), std::nullopt);
}

}  // namespace
}  // namespace gapmeter
