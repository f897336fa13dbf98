// How text is painted, aligned and wrapped.
#include "harness/cli/text/look.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace gapmeter {
namespace {

TEST(Painted, IsPlainWithoutColour) {
  EXPECT_EQ(painted({"12×", Style::strong}, {.has_colour = false}), "12×");
  EXPECT_EQ(painted({"12×", Style::strong}, {.has_colour = true}), "\x1b[1m12×\x1b[0m");
  EXPECT_EQ(painted({"12×", Style::faint}, {.has_colour = true}), "\x1b[2m12×\x1b[0m");
  EXPECT_EQ(painted({"12×", Style::plain}, {.has_colour = true}), "12×");
}

TEST(AlignColumns, DoesNotCountColours) {
  const std::vector<std::vector<Field>> lines{{{{"a"}}, {{"long"}}},
                                              {{{"bb", Style::strong}}, {{"x"}, {"y"}}}};
  EXPECT_EQ(align_columns(lines), "   a   long\n  bb     xy\n");
  EXPECT_EQ(align_columns(lines, {.has_colour = true}), "   a   long\n  \x1b[1mbb\x1b[0m     xy\n");
  EXPECT_EQ(width_of_columns(lines), 11U);
}

TEST(Wrapped, BreaksBetweenWordsOnly) {
  EXPECT_EQ(wrapped("one two three", 7), "one two\n  three");
  EXPECT_EQ(wrapped("one two three", 13), "one two three");
  EXPECT_EQ(wrapped("unbreakable", 4), "unbreakable");
  EXPECT_EQ(wrapped("a unbreakable b", 4, 0), "a\nunbreakable\nb");
}

TEST(Wrapped, DoesNotPartANameFromItsValue) {
  EXPECT_EQ(wrapped("pays at n = 64 and on", 12), "pays at\n  n = 64 and\n  on");
}

TEST(Wrapped, CountsCharactersAndNotBytes) { EXPECT_EQ(wrapped("±× ±×", 5), "±× ±×"); }

TEST(LookOfStdout, HasColourWhereverItIsWanted) {
  EXPECT_TRUE(look_of_stdout(Colour::always).has_colour);
  EXPECT_FALSE(look_of_stdout(Colour::never).has_colour);
}

TEST(LookOfStdout, AsksForColumnsWhereThereIsNoTerminal) {
  if (testing::internal::posix::IsATTY(1)) GTEST_SKIP() << "stdout is a terminal";
  setenv("COLUMNS", "64", 1);
  EXPECT_EQ(look_of_stdout(Colour::never).columns, 64U);
  setenv("COLUMNS", "wide", 1);
  EXPECT_EQ(look_of_stdout(Colour::never).columns, 100U);
  unsetenv("COLUMNS");
  EXPECT_EQ(look_of_stdout(Colour::never).columns, 100U);
}

}  // namespace
}  // namespace gapmeter
