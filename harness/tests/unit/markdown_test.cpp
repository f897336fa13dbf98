// Tables in Markdown: their shape, and what a cell must not break.
#include "harness/cli/text/markdown.h"

#include <gtest/gtest.h>

namespace gapmeter {
namespace {

TEST(MarkdownTable, HasALineUnderItsHeader) {
  EXPECT_EQ(markdown_table({{"kernel", "n"}, {"sum", "16"}, {"dot", ""}}),
            "| kernel | n |\n"
            "| --- | --- |\n"
            "| sum | 16 |\n"
            "| dot |  |\n");
}

TEST(MarkdownTable, OfAHeaderAloneHasNoFurtherLines) {
  EXPECT_EQ(markdown_table({{"kernel"}}), "| kernel |\n| --- |\n");
}

TEST(MarkdownTable, OfNothingIsNothing) { EXPECT_EQ(markdown_table({}), ""); }

TEST(MarkdownTable, EscapesWhatWouldEndACell) {
  EXPECT_EQ(markdown_table({{"a|b"}, {"one\ntwo\rthree"}}),
            "| a\\|b |\n"
            "| --- |\n"
            "| one two three |\n");
}

TEST(MarkdownTable, EscapesWhatWouldBeTakenForHtml) {
  EXPECT_EQ(markdown_table({{"x"}, {"a < b && <script>"}}),
            "| x |\n"
            "| --- |\n"
            "| a &lt; b &amp;&amp; &lt;script> |\n");
}

TEST(MarkdownTable, LeavesOtherTextAsItIs) {
  EXPECT_EQ(markdown_table({{"µs × 2"}, {"python/*"}}), "| µs × 2 |\n| --- |\n| python/* |\n");
}

}  // namespace
}  // namespace gapmeter
