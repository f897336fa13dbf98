// What `doctor` says of findings, of noise and of embedding.
#include "harness/cli/text/doctor_text.h"

#include <gtest/gtest.h>

#include "harness/tests/unit/support/rows.h"

namespace gapmeter {
namespace {

TEST(FormatFindings, MarksEachAndPutsAdviceBelow) {
  EXPECT_EQ(format_findings({{Finding::Level::good, "turbo: off"},
                             {Finding::Level::note, "SMT: on", "switch it off"},
                             {Finding::Level::bad, "load: 9"}}),
            "ok   turbo: off\n"
            "note SMT: on\n"
            "       -> switch it off\n"
            "BAD  load: 9\n");
}

TEST(FormatNoise, TellsHalfWidthsInPercent) {
  const NoiseCell noise{.cell = test::cell("native/simd"),
                        .seconds = 3,
                        .change = Interval{1, 1.0202013400267558},  // e to the 0.02
                        .gap = Interval{1, 1.1051709180756477}};    // e to the 0.1
  EXPECT_EQ(
      format_noise(noise, 8),
      "     sum native/simd n=16 against itself: known to ±1.00 % after 3.0 s of gapmeter ab, "
      "a gap to ±5.00 % after 8 rounds of gapmeter run\n");
}

TEST(FormatNoise, SaysWhyThereIsNone) {
  EXPECT_EQ(format_noise({.cell = test::cell("native/simd"), .failure = "crashed"}, 8),
            "BAD  sum native/simd n=16 could not be measured: crashed\n"
            "       -> gapmeter verify says what is wrong with it\n");
  EXPECT_EQ(format_noise({.cell = test::cell("native/simd")}, 8),
            "BAD  sum native/simd n=16 could not be measured: too few rounds\n"
            "       -> wait until the machine is less busy, and ask again\n");
}

TEST(FormatPenalty, NamesTheInterpreterItIsAgainst) {
  const EmbeddingCell cell{.cell = test::cell("python/loop"), .ratio = Estimate{1.044}};
  EXPECT_EQ(format_penalty(cell, "/usr/bin/python3"),
            "     embedding: python/loop takes 1.04 times as long as in /usr/bin/python3\n");
  EXPECT_EQ(format_penalty({.cell = test::cell("python/loop"), .failure = "no"}, "/p"),
            "note embedding could not be compared with /p: no\n");
}

}  // namespace
}  // namespace gapmeter
