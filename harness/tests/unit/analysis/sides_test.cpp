// Where answers change along ascending sizes.
#include "harness/analysis/sides.h"

#include <gtest/gtest.h>

namespace gapmeter {
namespace {

constexpr std::optional<bool> yes = true, no = false, open;

TEST(SideChange, IsNoneWhereAllDecidedAnswersAgree) {
  EXPECT_EQ(change_of({open, yes, open, yes}).changes, 0U);
  EXPECT_EQ(change_of({}).changes, 0U);
}

TEST(SideChange, NamesTheSizesOnBothSidesAndLooksPastOpenOnes) {
  const SideChange change = change_of({no, no, open, yes});
  EXPECT_EQ(change.changes, 1U);
  EXPECT_EQ(change.last_before, 1U);
  EXPECT_EQ(change.first_after, 3U);
}

TEST(SideChange, CountsEveryChangeAndNamesTheLast) {
  const SideChange change = change_of({no, yes, no});
  EXPECT_EQ(change.changes, 2U);
  EXPECT_EQ(change.last_before, 1U);
  EXPECT_EQ(change.first_after, 2U);
}

}  // namespace
}  // namespace gapmeter
