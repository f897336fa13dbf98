// What becomes of a user's GLIBC_TUNABLES where malloc is to ask for huge pages.
#include "harness/sys/huge_pages.h"

#include <gtest/gtest.h>

namespace gapmeter {
namespace {

TEST(WithHugePagesInMalloc, ComesAloneWhereTheUserSetsNothing) {
  EXPECT_EQ(with_huge_pages_in_malloc(""), "glibc.malloc.hugetlb=1");
}

TEST(WithHugePagesInMalloc, ComesAfterWhatTheUserSets) {
  EXPECT_EQ(with_huge_pages_in_malloc("glibc.malloc.trim_threshold=9"),
            "glibc.malloc.trim_threshold=9:glibc.malloc.hugetlb=1");
  EXPECT_EQ(with_huge_pages_in_malloc("a=1:b=2"), "a=1:b=2:glibc.malloc.hugetlb=1");
}

// Newer versions of glibc ignore a value with an empty setting in it altogether.
TEST(WithHugePagesInMalloc, LeavesNoSettingEmpty) {
  EXPECT_EQ(with_huge_pages_in_malloc("a=1:"), "a=1:glibc.malloc.hugetlb=1");
}

TEST(WithHugePagesInMalloc, DoesNotContradictTheUser) {
  for (const char* decided :
       {"glibc.malloc.hugetlb=0", "glibc.malloc.hugetlb=2", "a=1:glibc.malloc.hugetlb=0",
        "glibc.malloc.hugetlb=0:a=1", "a=1:glibc.malloc.hugetlb=0:b=2"}) {
    EXPECT_EQ(with_huge_pages_in_malloc(decided), decided);
  }
}

TEST(WithHugePagesInMalloc, IsNotMistakenForAnotherSetting) {
  for (const std::string other :
       {"glibc.malloc.hugetlb_x=0", "xglibc.malloc.hugetlb=0", "x=glibc.malloc.hugetlb"}) {
    EXPECT_EQ(with_huge_pages_in_malloc(other), other + ":glibc.malloc.hugetlb=1");
  }
}

}  // namespace
}  // namespace gapmeter
