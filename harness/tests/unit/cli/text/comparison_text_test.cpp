// What `compare` and `ab` print, in its three formats.
#include "harness/cli/text/comparison_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <sstream>

#include "harness/tests/unit/support/rows.h"
#include "harness/tests/unit/support/testing.h"

namespace gapmeter {
namespace {

using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::SizeIs;
using ::testing::StartsWith;
using Json = nlohmann::json;

ComparedCell slower_cell() {
  return {.cell = test::cell("native/simd", 4096),
          .rounds = 9,
          .base = 1234,
          .compared = 2468,
          .ratio = Estimate{2, Interval{1.9, 2.125}}};
}
ComparedCell failed_cell() {
  return {.cell = test::cell("python/numpy", 16), .failed = true, .reason = "new: mismatch: y[0]"};
}
ComparedCell other_cell() {
  return {.cell = test::cell("python/loop", 16), .reason = "not measured in both runs"};
}

Comparison result_of(std::vector<ComparedCell> cells) {
  return conclude(std::move(cells), {.threshold = 0.02, .confidence = 0.99});
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

std::vector<std::string> text_of(const Comparison& result) {
  return lines_of(format_comparison(result, OutputFormat::text));
}
std::vector<std::string> markdown_of(const Comparison& result) {
  return lines_of(format_comparison(result, OutputFormat::markdown));
}
Json json_of(const Comparison& result) {
  return Json::parse(format_comparison(result, OutputFormat::json));
}

TEST(ComparisonText, HasALineForEachCellUnderItsHeader) {
  const auto lines = text_of(result_of({slower_cell()}));
  ASSERT_THAT(lines, SizeIs(3));
  EXPECT_THAT(test::words_of(lines[0]), ElementsAre("kernel", "variant", "n", "base", "new",
                                                    "new/base", "rounds", "verdict"));
  EXPECT_THAT(test::words_of(lines[1]),
              ElementsAre("sum", "native/simd", "4Ki", "1.23", "µs", "2.47", "µs", "2.000",
                          "(1.900", "to", "2.125)", "9", "slower"));
}

TEST(ComparisonText, EndsWithTheVerdictOnAll) {
  EXPECT_EQ(text_of(result_of({slower_cell()})).back(),
            "overall 2.000 (1.891 to 2.115): slower (changes of 2 % count; all intervals hold "
            "together at 99 %)");
}

TEST(ComparisonText, WithoutAnyRatioThereIsNoOverallOne) {
  EXPECT_THAT(text_of(result_of({failed_cell()})).back(), StartsWith("inconclusive (changes"));
}

TEST(ComparisonText, ARatioWithoutAnIntervalStandsAlone) {
  ComparedCell cell = slower_cell();
  cell.ratio->interval.reset();
  const auto lines = text_of(result_of({cell}));
  EXPECT_THAT(lines[1], HasSubstr("2.000   "));
  EXPECT_THAT(lines[1], EndsWith("inconclusive"));
}

TEST(ComparisonText, CellsWithoutARatioSaySoAndWhy) {
  const auto lines = text_of(result_of({failed_cell(), other_cell(), slower_cell()}));
  ASSERT_THAT(lines, SizeIs(7));
  EXPECT_THAT(test::words_of(lines[1]), ElementsAre("sum", "python/numpy", "16", "failed"));
  EXPECT_THAT(test::words_of(lines[2]), ElementsAre("sum", "python/loop", "16", "not", "compared"));
  EXPECT_EQ(lines[4], "sum python/numpy n=16: new: mismatch: y[0]");
  EXPECT_EQ(lines[5], "sum python/loop n=16: not measured in both runs");
}

TEST(ComparisonText, ColumnsAreAligned) {
  const auto lines = text_of(result_of({failed_cell(), slower_cell()}));
  EXPECT_EQ(lines[0].size(), lines[1].size());
  // µ is a letter of two bytes, and there are two of them.
  EXPECT_EQ(lines[2].size(), lines[0].size() + 2);
}

TEST(ComparisonText, GapsAreRatiosNotTimes) {
  Comparison result = result_of({slower_cell()});
  result.quantity = "gap";
  const auto lines = text_of(result);
  EXPECT_THAT(lines[1], HasSubstr("1234×"));
  EXPECT_THAT(lines[1], HasSubstr("2468×"));
  EXPECT_THAT(lines[1], Not(HasSubstr("µs")));
}

TEST(ComparisonMarkdown, IsATableWithReasonsAndTheVerdictBelow) {
  const auto lines = markdown_of(result_of({slower_cell(), failed_cell()}));
  ASSERT_THAT(lines, SizeIs(8));
  EXPECT_EQ(lines[0], "| kernel | variant | n | base | new | new/base | rounds | verdict |");
  EXPECT_EQ(lines[1], "| --- | --- | --- | --- | --- | --- | --- | --- |");
  EXPECT_EQ(
      lines[2],
      "| sum | native/simd | 4Ki | 1.23 µs | 2.47 µs | 2.000 (1.900 to 2.125) | 9 | slower |");
  EXPECT_EQ(lines[3], "| sum | python/numpy | 16 |  |  |  |  | failed |");
  EXPECT_EQ(lines[4], "");
  EXPECT_EQ(lines[5], "- sum python/numpy n=16: new: mismatch: y[0]");
  EXPECT_EQ(lines[6], "");
  EXPECT_THAT(lines[7], StartsWith("overall 2.000"));
}

TEST(ComparisonMarkdown, KernelsCannotEndACell) {
  ComparedCell cell = slower_cell();
  cell.cell.kernel = "a|b";
  EXPECT_THAT(markdown_of(result_of({cell}))[2], StartsWith("| a\\|b | native/simd |"));
}

TEST(ComparisonMarkdown, WithoutFailuresHasNoListOfThem) {
  const auto lines = markdown_of(result_of({slower_cell()}));
  ASSERT_THAT(lines, SizeIs(5));
  EXPECT_EQ(lines[3], "");
  EXPECT_THAT(lines[4], StartsWith("overall"));
}

TEST(ComparisonJson, HoldsEveryFigureOfACell) {
  const Json json = json_of(result_of({slower_cell()}));
  EXPECT_EQ(json["quantity"], "latency");
  EXPECT_EQ(json["threshold"], 0.02);
  EXPECT_EQ(json["confidence"], 0.99);
  EXPECT_EQ(json["verdict"], "slower");
  EXPECT_EQ(json["exit_status"], 1);
  EXPECT_NEAR(json["overall"]["ratio"].get<double>(), 2, 1e-12);
  EXPECT_EQ(json["cells"],
            Json::parse(R"([{"kernel": "sum", "variant": "native/simd", "n": 4096, "threads": 1,
                             "failed": false, "lost": false, "reason": "", "rounds": 9,
                             "base": 1234.0, "new": 2468.0, "ratio": {"ratio": 2.0, "low": 1.9, "high": 2.125},
                             "verdict": "slower"}])"));
}

TEST(ComparisonJson, WhatIsAbsentIsNull) {
  ComparedCell alone = slower_cell();
  alone.ratio->interval.reset();
  const Json json = json_of(result_of({failed_cell(), alone}));
  const Json& failed = json["cells"][0];
  EXPECT_EQ(failed["failed"], true);
  EXPECT_EQ(failed["reason"], "new: mismatch: y[0]");
  for (const char* key : {"base", "new", "ratio", "verdict"}) {
    EXPECT_TRUE(failed.at(key).is_null()) << key;
  }
  EXPECT_TRUE(json["cells"][1]["ratio"].at("low").is_null());
  EXPECT_TRUE(json.at("overall").is_null());
  EXPECT_EQ(json["cells"][1]["verdict"], "inconclusive");
}

TEST(ComparisonJson, SurvivesReasonsThatAreNotUtf8) {
  ComparedCell cell = failed_cell();
  cell.reason = "broken \xff text";
  EXPECT_THAT(json_of(result_of({cell}))["cells"][0]["reason"].get<std::string>(),
              StartsWith("broken "));
}

}  // namespace
}  // namespace gapmeter
