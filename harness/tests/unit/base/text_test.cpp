// Text for people and other programs: one line, one shell word, plain names, misspellings.
#include "harness/base/text.h"

#include <gtest/gtest.h>

namespace gapmeter {
namespace {

TEST(NearestName, ToleratesAThirdOfTheLetters) {
  EXPECT_EQ(nearest_name("softmx", {"softmax"}), "softmax");
  EXPECT_EQ(nearest_name("sotfmax", {"softmax"}), "softmax");
  EXPECT_EQ(nearest_name("xoxtmax", {"softmax"}), "softmax");
  EXPECT_EQ(nearest_name("xoxxmax", {"softmax"}), std::nullopt);
}

TEST(NearestName, ToleratesOneLetterInShortNames) {
  EXPECT_EQ(nearest_name("sum", {"sun"}), "sun");
  EXPECT_EQ(nearest_name("su", {"sum"}), "sum");
  EXPECT_EQ(nearest_name("dot", {"sum"}), std::nullopt);
}

TEST(NearestName, TakesTheClosestAndOfEquallyCloseOnesTheFirst) {
  EXPECT_EQ(nearest_name("matmul", {"matmxx", "matmuk", "mxtmxl"}), "matmuk");
  EXPECT_EQ(nearest_name("bat", {"cat", "hat"}), "cat");
  EXPECT_EQ(nearest_name("cat", {"bat", "cat"}), "cat");
}

TEST(NearestName, OfNothingIsNothing) {
  EXPECT_EQ(nearest_name("sum", {}), std::nullopt);
  EXPECT_EQ(nearest_name("", {"sum"}), std::nullopt);
}

TEST(OneLine, HasNoControlsAndIsUtf8) {
  EXPECT_EQ(one_line("a\nb\tc\x7f"), "a b c ");
  EXPECT_EQ(one_line("größer"), "größer");
  EXPECT_EQ(one_line("bad \xff byte"), "bad \xef\xbf\xbd byte");
}

TEST(ShellWord, LeavesPlainTextAlone) {
  EXPECT_EQ(shell_word("results/2026-01-31_a:b@c,d+e=f"), "results/2026-01-31_a:b@c,d+e=f");
}

TEST(ShellWord, QuotesWhatAShellWouldTakeApart) {
  EXPECT_EQ(shell_word(""), "''");
  EXPECT_EQ(shell_word("a b"), "'a b'");
  EXPECT_EQ(shell_word("$HOME;rm"), "'$HOME;rm'");
  EXPECT_EQ(shell_word("it's"), "'it'\\''s'");
}

TEST(PlainName, IsWhatMayBePartOfAFileName) {
  for (const char* name :
       {"sum", "float32", "a-b", "x.y", "_private", "3d", "naïve", "größe", "速い"}) {
    EXPECT_TRUE(is_plain_name(name)) << name;
  }
  for (const char* name :
       {"", ".hidden", "-option", "a/b", "a b", "a\n", "na\xefve", "a\xc3", "a\xc2\x85",
        "a\xc2\xa0", "a\u202e", "\u200b", "a\u2028", "\xed\xa0\x80"}) {
    EXPECT_FALSE(is_plain_name(name)) << name;
  }
}

TEST(WidthOf, CountsCodePoints) {
  EXPECT_EQ(width_of("µs"), 2U);
  EXPECT_EQ(width_of("12.3×"), 5U);
  EXPECT_EQ(width_of(""), 0U);
}

}  // namespace
}  // namespace gapmeter
