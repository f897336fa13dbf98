// What `reproduce` prints, in its three formats.
#include "harness/cli/text/reproduction_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <sstream>

#include "harness/tests/unit/support/testing.h"

namespace gapmeter {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;
using ::testing::StartsWith;
using Json = nlohmann::json;

Reproduction some_reproduction() {
  return {.claims = {{.id = "C14",
                      .text = "Some claim.",
                      .reference = "holds from n = 64",
                      .here = "holds from n = 256",
                      .agreement = Agreement::shifted}},
          .gaps = {{.kernel = "sum",
                    .variant = "python/loop",
                    .sizes = 3,
                    .reference_gap = 12.34,
                    .gap = 30,
                    .reference_exponent = 0.25,
                    .exponent = 0.5,
                    .side = Agreement::reproduced,
                    .growth = Agreement::undecided,
                    .magnitude = Agreement::shifted}}};
}

std::vector<std::string> lines_of(const Reproduction& reproduction, OutputFormat format) {
  std::vector<std::string> lines;
  std::istringstream stream(format_reproduction(reproduction, format));
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

TEST(ReproductionText, NamesWhatIsNotHereOnceForEachReason) {
  Reproduction reproduction = some_reproduction();
  reproduction.missing = {{"sum", "rust/a", "no cargo"}, {"sum", "rust/b", "no cargo"}};
  const auto lines = lines_of(reproduction, OutputFormat::text);
  EXPECT_EQ(lines.at(lines.size() - 2), "not here: sum rust/a, sum rust/b (no cargo)");
  const Json json = Json::parse(format_reproduction(reproduction, OutputFormat::json));
  EXPECT_EQ(json["missing"][1]["variant"], "rust/b");
}

TEST(ReproductionText, IsTwoTablesAndALine) {
  const auto lines = lines_of(some_reproduction(), OutputFormat::text);
  ASSERT_THAT(lines, SizeIs(6));
  EXPECT_THAT(test::words_of(lines[0]), ElementsAre("claim", "reference", "here"));
  EXPECT_THAT(test::words_of(lines[1]), ElementsAre("C14", "holds", "from", "n", "=", "64", "holds",
                                                    "from", "n", "=", "256", "shifted"));
  EXPECT_EQ(lines[2], "");
  EXPECT_THAT(test::words_of(lines[3]),
              ElementsAre("kernel", "variant", "gap", "there", "here", "growth", "there", "here",
                          "faster", "side", "growth", "magnitude"));
  EXPECT_THAT(test::words_of(lines[4]), ElementsAre("sum", "python/loop", "12.3×", "30.0×", "0.25",
                                                    "0.50", "reproduced", "undecided", "shifted"));
  EXPECT_EQ(lines[5], "reproduced: nothing contradicts the reference");
}

TEST(ReproductionText, EndsWithWhatTheExitStatusSays) {
  Reproduction reproduction = some_reproduction();
  reproduction.gaps[0].side = Agreement::contradicted;
  EXPECT_THAT(lines_of(reproduction, OutputFormat::text).back(), StartsWith("contradicted: "));
  reproduction = some_reproduction();
  reproduction.claims[0].agreement = Agreement::undecided;
  EXPECT_THAT(lines_of(reproduction, OutputFormat::text).back(), StartsWith("inconclusive: "));
}

TEST(ReproductionText, NumbersOfThreadsTellLinesApart) {
  Reproduction reproduction = some_reproduction();
  reproduction.gaps[0].threads = 2;
  EXPECT_THAT(lines_of(reproduction, OutputFormat::text)[4], HasSubstr("python/loop, 2 threads "));
}

TEST(ReproductionText, AnExponentThatIsAbsentIsEmpty) {
  Reproduction reproduction = some_reproduction();
  reproduction.gaps[0].reference_exponent.reset();
  reproduction.gaps[0].exponent.reset();
  EXPECT_THAT(
      test::words_of(lines_of(reproduction, OutputFormat::text)[4]),
      ElementsAre("sum", "python/loop", "12.3×", "30.0×", "reproduced", "undecided", "shifted"));
}

TEST(ReproductionMarkdown, IsTwoTablesAndALine) {
  EXPECT_THAT(
      lines_of(some_reproduction(), OutputFormat::markdown),
      ElementsAre("| claim | reference | here |  |", "| --- | --- | --- | --- |",
                  "| C14 | holds from n = 64 | holds from n = 256 | shifted |", "",
                  "| kernel | variant | gap there | here | growth there | here | faster side | "
                  "growth | magnitude |",
                  "| --- | --- | --- | --- | --- | --- | --- | --- | --- |",
                  "| sum | python/loop | 12.3× | 30.0× | 0.25 | 0.50 | reproduced | undecided | "
                  "shifted |",
                  "", "reproduced: nothing contradicts the reference"));
}

TEST(ReproductionJson, HoldsEveryField) {
  EXPECT_EQ(Json::parse(format_reproduction(some_reproduction(), OutputFormat::json)),
            Json::parse(R"({
      "claims": [{"id": "C14", "lane": null, "claim": "Some claim.", "reference": "holds from n = 64",
                  "here": "holds from n = 256", "agreement": "shifted"}],
      "gaps": [{"kernel": "sum", "variant": "python/loop", "threads": 1, "sizes": 3,
                "reference_gap": 12.34, "gap": 30.0, "reference_exponent": 0.25, "exponent": 0.5,
                "side": "reproduced", "growth": "undecided", "magnitude": "shifted"}],
      "missing": [], "failed_cells": 0, "exit_status": 0})"));
}

TEST(ReproductionJson, AnExponentThatIsAbsentIsNull) {
  Reproduction reproduction = some_reproduction();
  reproduction.gaps[0].reference_exponent.reset();
  reproduction.gaps[0].exponent.reset();
  const Json gap =
      Json::parse(format_reproduction(reproduction, OutputFormat::json)).at("gaps").at(0);
  EXPECT_TRUE(gap.at("reference_exponent").is_null());
  EXPECT_TRUE(gap.at("exponent").is_null());
}

TEST(ReproductionText, FailedCellsAreNoReproduction) {
  Reproduction reproduction = some_reproduction();
  reproduction.failed_cells = 2;
  EXPECT_EQ(exit_status(reproduction), 1);
  EXPECT_THAT(format_reproduction(reproduction, OutputFormat::text),
              ::testing::EndsWith("not reproduced: 2 cells failed here\n"));
}

TEST(ReproductionJson, TellsTheExitStatus) {
  Reproduction reproduction = some_reproduction();
  reproduction.gaps[0].growth = Agreement::contradicted;
  EXPECT_EQ(Json::parse(format_reproduction(reproduction, OutputFormat::json)).at("exit_status"),
            1);
}

}  // namespace
}  // namespace gapmeter
