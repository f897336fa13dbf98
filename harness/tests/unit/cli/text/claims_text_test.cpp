// What `claims` prints, in its three formats.
#include "harness/cli/text/claims_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <sstream>

namespace gapmeter {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;
using Json = nlohmann::json;

Figure ratio(std::size_t n, double value, std::optional<double> line = 2) {
  return {.what = "a over b",
          .kernel = "sum",
          .n = n,
          .value = {value, Interval{value - 0.25, value + 0.25}},
          .unit = "x",
          .line = line};
}

DecidedClaim decided(std::vector<Figure> figures, Outcome outcome = Outcome::holds,
                     std::optional<std::size_t> n = {}) {
  return {.claim = {.id = "C08",
                    .topic = "code",
                    .text = "Some claim.",
                    .rule = "Some rule.",
                    .kernels = {"sum", "dot"},
                    .rulings = {}},
          .decisions = {{.decision = {.outcome = outcome,
                                      .n = n,
                                      .reason = "for some reason",
                                      .figures = std::move(figures)}}}};
}

// Of two languages.
DecidedClaim decided_in_both(Outcome in_rust, Outcome in_cpp) {
  DecidedClaim claim = decided({ratio(16, 3)}, in_rust), other = decided({ratio(16, 4)}, in_cpp);
  claim.decisions[0].lane = "rust";
  claim.decisions[0].seen_with = {{Dependence::compiler, "rustc 1.85"}};
  claim.decisions.push_back(other.decisions[0]);
  claim.decisions[1].lane = "native";
  claim.decisions[1].seen_with = {{Dependence::compiler, "GNU 12"}};
  return claim;
}

std::vector<std::string> lines_of(const DecidedClaim& claim, OutputFormat format) {
  std::vector<std::string> lines;
  std::istringstream stream(format_claims({claim}, format));
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

TEST(ValueText, HasTheDigitsAndTheUnitOfWhatItIs) {
  const auto text = [](double value, const char* unit) {
    return value_text({.what = "", .value = {value}, .unit = unit});
  };
  EXPECT_EQ(text(1234, "ns"), "1.23 µs");
  EXPECT_EQ(text(2.5, "x"), "2.50×");
  EXPECT_EQ(text(24, "bytes"), "24 bytes");
  EXPECT_EQ(text(0.123456, ""), "0.1235");
}

TEST(ValueText, TellsAnIntervalThatHasWidth) {
  const auto text = [](Interval interval) {
    return value_text({.what = "", .value = {2, interval}, .unit = "x"});
  };
  EXPECT_EQ(text({1.5, 2.5}), "2.00×, 1.50× to 2.50×");
  EXPECT_EQ(text({2, 2}), "2.00×");
}

TEST(ClaimsText, TellsVerdictRuleReasonAndNumbers) {
  EXPECT_THAT(
      lines_of(decided({ratio(4096, 3)}), OutputFormat::text),
      ElementsAre("C08  holds: Some claim.", "     rule: Some rule.", "     here: for some reason",
                  "       a over b: 3.00×, 2.75× to 3.25× (sum, n = 4Ki)"));
}

DecidedClaim seen_with(std::vector<Circumstance> circumstances) {
  DecidedClaim claim = decided({ratio(16, 3)});
  claim.decisions[0].seen_with = std::move(circumstances);
  return claim;
}

TEST(ClaimsText, NamesWhatTheVerdictDependsOn) {
  const DecidedClaim claim =
      seen_with({{Dependence::compiler, "GNU 12"}, {Dependence::processor, ""}});
  EXPECT_EQ(lines_of(claim, OutputFormat::text).at(3),
            "     depends on: compiler (GNU 12), processor (not recorded)");
  EXPECT_THAT(lines_of(claim, OutputFormat::markdown).at(2),
              HasSubstr("| holds | compiler (GNU 12), processor (not recorded) | a over b"));
}

TEST(ClaimsText, TellsWhatWasMeasuredForEachLanguage) {
  EXPECT_THAT(
      lines_of(decided_in_both(Outcome::holds, Outcome::fails), OutputFormat::text),
      ElementsAre("C08  Rust: holds; C++: does not hold: Some claim.", "     rule: Some rule.",
                  "     Rust: holds: for some reason", "     depends on: compiler (rustc 1.85)",
                  HasSubstr("a over b: 3.00×"), "     C++: does not hold: for some reason",
                  "     depends on: compiler (GNU 12)", HasSubstr("a over b: 4.00×")));
}

TEST(ClaimsMarkdown, TellsWhatWasMeasuredForEachLanguage) {
  const std::string line =
      lines_of(decided_in_both(Outcome::holds, Outcome::holds), OutputFormat::markdown).at(2);
  EXPECT_THAT(line, HasSubstr("| holds | Rust: compiler (rustc 1.85); C++: compiler (GNU 12) |"));
  EXPECT_THAT(line, HasSubstr("| Rust: a over b: 3.00×"));
  EXPECT_THAT(line, HasSubstr("; C++: a over b: 4.00×"));
}

TEST(ClaimsText, NamesTheSizeOfAVerdict) {
  EXPECT_EQ(lines_of(decided({}, Outcome::holds_from, 256), OutputFormat::text).at(0),
            "C08  holds from n = 256: Some claim.");
}

TEST(ClaimsText, ANumberWithoutASizeTellsItsKernel) {
  Figure figure = ratio(16, 3);
  figure.n.reset();
  EXPECT_THAT(lines_of(decided({figure}), OutputFormat::text).at(3), HasSubstr("3.25× (sum)"));
}

TEST(ClaimsText, OfManySizesShowsTheFirstTheLastAndTheOneThatTheVerdictNames) {
  const auto lines = lines_of(decided({ratio(16, 1), ratio(64, 1), ratio(256, 3), ratio(1024, 4)},
                                      Outcome::holds_from, 256),
                              OutputFormat::text);
  ASSERT_THAT(lines, SizeIs(3 + 3));
  EXPECT_THAT(lines[3], HasSubstr("n = 16)"));
  EXPECT_THAT(lines[4], HasSubstr("n = 256)"));
  EXPECT_THAT(lines[5], HasSubstr("n = 1Ki)"));
}

TEST(ClaimsText, TheSizeThatTheVerdictNamesIsShownOnce) {
  EXPECT_THAT(lines_of(decided({ratio(16, 1), ratio(64, 1), ratio(256, 1), ratio(1024, 4)},
                               Outcome::holds_from, 1024),
                       OutputFormat::text),
              SizeIs(3 + 2));
}

TEST(ClaimsText, EachThingIsShownAtItsSmallestAndItsLargestSize) {
  const auto of = [](const char* what, const char* kernel, std::size_t n) {
    Figure figure = ratio(n, 3);
    figure.what = what;
    figure.kernel = kernel;
    return figure;
  };
  const auto lines = lines_of(
      decided({of("a", "sum", 16), of("a", "sum", 64), of("a", "sum", 256), of("b", "sum", 16),
               of("b", "sum", 64), of("b", "dot", 128), of("b", "dot", 512)}),
      OutputFormat::text);
  std::vector<std::string> places;
  for (std::size_t i = 3; i < lines.size(); ++i) places.push_back(lines[i].substr(7));
  EXPECT_THAT(places, ElementsAre(HasSubstr("a: "), HasSubstr("sum, n = 256)"),
                                  HasSubstr("sum, n = 16)"), HasSubstr("sum, n = 64)"),
                                  HasSubstr("dot, n = 128)"), HasSubstr("dot, n = 512)")));
}

TEST(ClaimsText, WhatIsToldBesideComesLast) {
  const auto lines =
      lines_of(decided({ratio(16, 7, std::nullopt), ratio(64, 3)}), OutputFormat::text);
  ASSERT_THAT(lines, SizeIs(3 + 2));
  EXPECT_THAT(lines[3], HasSubstr("n = 64)"));
  EXPECT_THAT(lines[4], HasSubstr("n = 16)"));
}

TEST(ClaimsMarkdown, IsATableOfVerdictsAndTheNumbersThatDecided) {
  Figure beside = ratio(64, 9, std::nullopt);
  beside.what = "c over d";
  EXPECT_THAT(
      lines_of(decided({ratio(16, 3), ratio(64, 4), beside}), OutputFormat::markdown),
      ElementsAre("|  | claim | verdict | depends on | measured |",
                  "| --- | --- | --- | --- | --- |",
                  "| C08 | Some claim. | holds |  | a over b: 3.00×, 2.75× to 3.25× (sum, n = 16); "
                  "a over b: 4.00×, 3.75× to 4.25× (sum, n = 64) |"));
}

TEST(ClaimsMarkdown, WithoutNumbersTellsTheReason) {
  EXPECT_EQ(lines_of(decided({}, Outcome::not_measured), OutputFormat::markdown).at(2),
            "| C08 | Some claim. | not measured here |  | for some reason |");
}

Json json_of(const DecidedClaim& claim) {
  return Json::parse(format_claims({claim}, OutputFormat::json));
}

TEST(ClaimsJson, HoldsEveryFieldAndEveryFinding) {
  EXPECT_EQ(json_of(decided({ratio(16, 3), ratio(64, 4), ratio(256, 4), ratio(1024, 4)},
                            Outcome::holds_from, 64))[0]["findings"]
                .size(),
            4U);
  EXPECT_EQ(json_of(decided({ratio(64, 3)}, Outcome::holds_from, 64)), Json::parse(R"([{
      "id": "C08", "topic": "code", "claim": "Some claim.", "rule": "Some rule.",
      "kernels": ["sum", "dot"], "depends_on": {}, "outcome": "holds from", "verdict": "holds from n = 64", "n": 64,
      "reason": "for some reason", "lane": null, "language": null, "languages": [],
      "findings": [{"what": "a over b", "kernel": "sum", "n": 64, "value": 3.0, "low": 2.75,
                    "high": 3.25, "unit": "x", "text": "3.00×, 2.75× to 3.25×", "line": 2.0}]}])"));
}

TEST(ClaimsJson, NamesWhatTheVerdictDependsOn) {
  const Json claim =
      json_of(seen_with({{Dependence::compiler, "GNU 12"}, {Dependence::interpreter, ""}})).at(0);
  EXPECT_EQ(claim.at("depends_on"), Json({{"compiler", "GNU 12"}, {"interpreter", nullptr}}));
}

TEST(ClaimsJson, HasTheVerdictOfEachLanguageBesideThatOfTheClaim) {
  const Json claim = Json::parse(format_claims({decided_in_both(Outcome::holds, Outcome::fails)},
                                               OutputFormat::json))
                         .at(0);
  EXPECT_EQ(claim.at("outcome"), "holds");
  EXPECT_EQ(claim.at("verdict"), "Rust: holds; C++: does not hold");
  EXPECT_EQ(claim.at("language"), "Rust");
  ASSERT_EQ(claim.at("languages").size(), 2U);
  const Json& cpp = claim["languages"][1];
  EXPECT_EQ(cpp.at("lane"), "native");
  EXPECT_EQ(cpp.at("language"), "C++");
  EXPECT_EQ(cpp.at("verdict"), "does not hold");
  EXPECT_EQ(cpp.at("depends_on"), Json({{"compiler", "GNU 12"}}));
  EXPECT_EQ(cpp.at("findings").size(), 1U);
}

TEST(ClaimsJson, WhatIsAbsentIsNull) {
  const Json claim =
      json_of(decided({{.what = "a", .kernel = "sum", .value = {3}, .unit = "bytes"}})).at(0);
  EXPECT_TRUE(claim.at("n").is_null());
  for (const char* key : {"n", "low", "high", "line"}) {
    EXPECT_TRUE(claim["findings"][0].at(key).is_null()) << key;
  }
}

TEST(ClaimsJson, SurvivesTextThatIsNotUtf8) {
  DecidedClaim claim = decided({});
  claim.decisions[0].decision.reason = "broken \xff text";
  EXPECT_THAT(json_of(claim)[0]["reason"].get<std::string>(), HasSubstr("broken "));
}

TEST(ClaimsJson, OfTheRealClaimsHasOneForEach) {
  std::vector<DecidedClaim> all;
  for (Claim& claim : all_claims()) all.push_back({std::move(claim), {{}}});
  const Json json = Json::parse(format_claims(all, OutputFormat::json));
  ASSERT_EQ(json.size(), 33U);
  EXPECT_EQ(json[32]["id"], "C33");
  EXPECT_EQ(json[32]["verdict"], "not measured here");
}

}  // namespace
}  // namespace gapmeter
