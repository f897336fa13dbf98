// The claims as a list, and those that hold one ratio against a line at every size.
#include "harness/claims/claim.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fmt/format.h>

#include <set>

#include "harness/base/sizes.h"
#include "harness/tests/unit/support/evidence_rows.h"

namespace gapmeter {
namespace {

using test::contrast;
using test::decide;
using test::operator+;
using test::outcome;
using test::SummaryRows;
using ::testing::AllOf;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

TEST(AllClaims, HaveTheirIdsInOrder) {
  std::vector<std::string> expected, ids;
  for (int i = 1; i <= 33; ++i) expected.push_back(fmt::format("C{:02}", i));
  for (const Claim& claim : all_claims()) ids.push_back(claim.id);
  EXPECT_EQ(ids, expected);
}

TEST(UnknownClaims, AreThoseThatNoClaimIsCalled) {
  EXPECT_THAT(unknown_claims({"C01", "C33"}), IsEmpty());
  EXPECT_THAT(unknown_claims({"C01", "C34", "c01"}), ElementsAre("C34", "c01"));
}

TEST(DecideClaims, DecidesNoneOfASuiteWhoseKernelsServeNone) {
  RunFacts facts{.suite = SuiteFacts{.name = "mine"},
                 .kernels = {{"own", {.title = "Of a suite"}}}};
  EXPECT_THAT(decide_claims({}, context_of(facts)), IsEmpty());
  facts.kernels["own"].claims = {"C01"};
  EXPECT_THAT(decide_claims({}, context_of(facts)), SizeIs(33));
}

TEST(AllClaims, SayInSentencesWhatIsClaimedAndWhenItHolds) {
  std::set<std::string> texts;
  for (const Claim& claim : all_claims()) {
    EXPECT_THAT(claim.text, EndsWith(".")) << claim.id;
    EXPECT_THAT(claim.rule, EndsWith(".")) << claim.id;
    EXPECT_TRUE(texts.insert(claim.text).second) << claim.id << " repeats another's text";
    EXPECT_THAT((std::set<std::string>{"objects", "code", "growth", "threads", "production"}),
                ::testing::Contains(claim.topic))
        << claim.id;
  }
}

TEST(AllClaims, OnARunWithoutRowsAreNotMeasuredAndSayWhy) {
  for (const auto& [claim, decisions] : decide_claims({}, {})) {
    for (const auto& [lane, decision, seen_with] : decisions) {
      EXPECT_EQ(decision.outcome, Outcome::not_measured) << claim.id << lane;
      EXPECT_FALSE(decision.reason.empty()) << claim.id << lane;
      EXPECT_THAT(decision.figures, IsEmpty()) << claim.id << lane;
    }
  }
}

TEST(DecideClaims, KeepsEachDecisionWithItsClaim) {
  const SummaryRows rows = contrast("growth", "native/push", "native/reserve", {{16, 2}});
  const auto decided = decide_claims(rows, {});
  ASSERT_THAT(decided, SizeIs(33));
  EXPECT_EQ(decided[13].claim.id, "C14");
  EXPECT_EQ(decided[13].main().decision.outcome, Outcome::holds);
  EXPECT_EQ(decided[12].main().decision.outcome, Outcome::not_measured);
}

TEST(DecideClaims, DecidesNoneOfCommands) {
  const SummaryRows rows = contrast("command", "python/script", "native/rewrite", {{16, 2}});
  RunFacts facts;
  facts.kernels["command"].commands.emplace();
  EXPECT_THAT(decide_claims(rows, context_of(facts)), IsEmpty());
}

TEST(DecideClaims, NamesWhatEachClaimDependsOn) {
  const auto decided = decide_claims(
      {}, {.compilers = {{"native", "GNU 12"}, {"rust", "rustc 1.85"}}, .processor = "some"});
  ASSERT_EQ(decided[7].claim.id, "C08");
  ASSERT_THAT(decided[7].decisions, SizeIs(2));
  for (const auto& [lane, decision, seen_with] : decided[7].decisions) {
    ASSERT_THAT(seen_with, SizeIs(1));
    EXPECT_EQ(seen_with[0].found, lane == "rust" ? "rustc 1.85" : "GNU 12");
  }
  EXPECT_THAT(decided[2].main().seen_with, IsEmpty()) << "the size of a float";
}

SummaryRows pushing(const char* lane, double ratio) {
  const std::string of = std::string(lane) + "/";
  return contrast("growth", of + "push", of + "reserve", {{16, ratio}});
}

DecidedClaim pushes(const SummaryRows& rows) { return decide_claims(rows, {}).at(13); }

TEST(DecideClaims, DecidesForRustAndForCppByWhatWasMeasuredForEach) {
  const DecidedClaim claim = pushes(pushing("rust", 1) + pushing("native", 2));
  ASSERT_THAT(claim.decisions, SizeIs(2));
  EXPECT_EQ(claim.main().lane, "rust") << "of which the article speaks";
  EXPECT_EQ(claim.decisions[0].decision.outcome, Outcome::fails);
  EXPECT_EQ(claim.decisions[1].decision.outcome, Outcome::holds);
  EXPECT_EQ(claim.decisions[1].decision.figures[0].what, "native/push over native/reserve");
}

TEST(VerdictOfAClaim, NamesTheLanguagesOnlyWhereTheyDiffer) {
  EXPECT_EQ(verdict_of(pushes(pushing("rust", 1) + pushing("native", 2))),
            "Rust: does not hold; C++: holds");
  EXPECT_EQ(verdict_of(pushes(pushing("rust", 2) + pushing("native", 2))), "holds");
}

TEST(VerdictOfAClaim, IsThatOfTheOnlyLanguageThatWasMeasured) {
  const DecidedClaim claim = pushes(pushing("native", 2));
  EXPECT_EQ(claim.main().lane, "native");
  EXPECT_EQ(verdict_of(claim), "holds");
}

// The baseline grows against C++ and not against Rust.
TEST(DecideClaims, TakesGapsAgainstEachLanguage) {
  SummaryRows rows;
  for (const auto& [n, native] : {std::pair{std::size_t{16}, 10.0}, {std::size_t{4096}, 1.0}}) {
    for (const auto& [variant, latency] :
         {std::pair{"native/a", native}, {"rust/a", 10.0}, {"python/a", 100.0}}) {
      rows.push_back(test::row_of("k", variant, n, test::rounds_around(latency)));
    }
  }
  const RunContext context{.baselines = {{"k", test::variant("python/a")}}};
  const DecidedClaim gaps = decide_claims(rows, context).at(20);
  ASSERT_EQ(gaps.claim.id, "C21");
  EXPECT_EQ(verdict_of(gaps), "Rust: does not hold; C++: holds");
}

TEST(AllClaims, ThatAreAboutCompiledCodeNameTheCompiler) {
  for (const char* id : {"C06", "C08", "C09", "C10", "C11", "C12", "C13", "C23", "C32"}) {
    EXPECT_THAT(test::claim(id).depends_on, ::testing::Contains(Dependence::compiler)) << id;
  }
}

TEST(VerdictOf, TellsTheRemark) {
  EXPECT_EQ(verdict_of({.outcome = Outcome::holds_from, .n = 4096, .remark = "by time"}),
            "holds from n = 4Ki (by time)");
}

TEST(VerdictOf, NamesTheSizeWhereThereIsOne) {
  EXPECT_EQ(verdict_of({.outcome = Outcome::holds}), "holds");
  EXPECT_EQ(verdict_of({.outcome = Outcome::fails}), "does not hold");
  EXPECT_EQ(verdict_of({.outcome = Outcome::holds_from, .n = 4096}), "holds from n = 4Ki");
  EXPECT_EQ(verdict_of({.outcome = Outcome::holds_up_to, .n = 100}), "holds up to n = 100");
  EXPECT_EQ(verdict_of({.outcome = Outcome::open}), "open");
  EXPECT_EQ(verdict_of({.outcome = Outcome::not_measured}), "not measured here");
}

// A claim that one variant takes more, or less, than so many times as long as another.
struct RatioClaim {
  const char* id;
  const char* kernel;
  const char* numerator;
  const char* denominator;
  double line;
  bool holds_above;
  std::size_t least_n = 1, largest_n = std::size_t{1} << 24;
};

void PrintTo(const RatioClaim& claim, std::ostream* out) { *out << claim.id; }

constexpr bool above = true, below = false;

class RatioClaims : public ::testing::TestWithParam<RatioClaim> {
 protected:
  // Factors of the line at the sizes 1Ki, 4Ki and 16Ki, which every rule looks at; below 1 on the
  // side that is not claimed.
  static Decision decided(const std::vector<double>& factors, double spread = 0) {
    return decided(rows(factors, spread));
  }
  // In the language of the compiled variants.
  static Decision decided(const SummaryRows& of) {
    const bool is_rust = std::string_view(GetParam().denominator).starts_with("rust/");
    return test::decide_in(is_rust ? "rust" : "native", GetParam().id, of);
  }
  static SummaryRows rows(const std::vector<double>& factors, double spread = 0) {
    SummaryRows all;
    std::size_t n = 1024;
    for (const double factor : factors) {
      all = all + at(n, factor, spread);
      n *= 4;
    }
    return all;
  }
  static SummaryRows at(std::size_t n, double factor, double spread = 0) {
    const RatioClaim& claim = GetParam();
    const double ratio = claim.holds_above ? claim.line * factor : claim.line / factor;
    return contrast(claim.kernel, claim.numerator, claim.denominator, {{n, ratio, spread}});
  }
};

TEST_P(RatioClaims, HoldWhereEveryRatioIsBeyondTheLine) {
  const Decision decision = decided({1.01, 2, 1.01});
  EXPECT_EQ(decision.outcome, Outcome::holds);
  EXPECT_THAT(decision.figures, SizeIs(3));
  EXPECT_THAT(test::deciding(decision),
              AllOf(SizeIs(3), Each(Field(&Figure::line, GetParam().line))));
}

TEST_P(RatioClaims, FailWhereEveryRatioFallsShortOfIt) {
  EXPECT_EQ(decided({0.99, 0.5, 0.99}).outcome, Outcome::fails);
}

TEST_P(RatioClaims, AreOpenWhereIntervalsHoldTheLine) {
  // Beyond the line by 1 %, give or take 10 %.
  EXPECT_EQ(decided({1.01, 1.01, 1.01}, 0.1).outcome, Outcome::open);
}

TEST_P(RatioClaims, HoldFromASizeOnOrUpToOne) {
  const Decision from = decided({0.9, 1.1, 1.2}), up_to = decided({1.2, 1.1, 0.9});
  EXPECT_EQ(from.outcome, Outcome::holds_from);
  EXPECT_EQ(from.n, 4096U);
  EXPECT_EQ(up_to.outcome, Outcome::holds_up_to);
  EXPECT_EQ(up_to.n, 4096U);
}

TEST_P(RatioClaims, AreNotMeasuredWithoutEitherVariant) {
  SummaryRows numerators, denominators;
  for (const SummaryRow& row : rows({2, 2})) {
    (to_string(row.cell.variant) == GetParam().numerator ? numerators : denominators)
        .push_back(row);
  }
  for (const SummaryRows& half : {numerators, denominators}) {
    ASSERT_THAT(half, SizeIs(2));
    const Decision decision = decided(half);
    EXPECT_EQ(decision.outcome, Outcome::not_measured);
    EXPECT_THAT(decision.reason,
                AllOf(HasSubstr(GetParam().kernel), HasSubstr(GetParam().numerator),
                      HasSubstr(GetParam().denominator)));
  }
}

TEST_P(RatioClaims, SizesOutsideTheRuleDecideNothing) {
  const RatioClaim& claim = GetParam();
  for (const std::size_t n : {std::size_t{1}, std::size_t{1023}, std::size_t{16385}}) {
    const bool counts = claim.least_n <= n && n <= claim.largest_n;
    EXPECT_EQ(decided(at(n, 2)).outcome, counts ? Outcome::holds : Outcome::not_measured) << n;
    const Outcome with_others = decided(rows({2, 2, 2}) + at(n, 0.5)).outcome;
    EXPECT_EQ(with_others == Outcome::holds, !counts) << n;
  }
}

TEST_P(RatioClaims, SayTheirLineAndTheirSizes) {
  const auto& [id, kernel, numerator, denominator, line, holds_above, least_n, largest_n] =
      GetParam();
  const std::string rule = test::claim(id).rule;
  EXPECT_THAT(rule, HasSubstr(line == 2 ? "twice" : fmt::format("{:g} times", line)));
  EXPECT_THAT(rule, HasSubstr(holds_above ? "more than" : "less than"));
  EXPECT_EQ(rule.find("From n = " + format_size(least_n)) == 0, least_n > 1);
  EXPECT_EQ(rule.find("to " + format_size(largest_n)) != std::string::npos,
            largest_n < std::size_t{1} << 24);
}

TEST_P(RatioClaims, NameTheirKernel) {
  EXPECT_THAT(test::claim(GetParam().id).kernels, ::testing::ElementsAre(GetParam().kernel));
}

INSTANTIATE_TEST_SUITE_P(
    Claims, RatioClaims,
    ::testing::Values(
        RatioClaim{"C04", "pointer_chase", "python/list_shuffled", "python/list_in_order", 1.25,
                   above},
        RatioClaim{"C06", "sum", "python/loop", "native/strict", 24, above, 1024},
        RatioClaim{"C08", "sum", "native/strict", "native/reassociated", 1.5, below, 1024},
        RatioClaim{"C09", "sum", "native/reassociated", "native/simd", 1.25, below, 1024, 16384},
        RatioClaim{"C12", "apply_weights", "native/checked", "native/zipped", 1.05, above},
        RatioClaim{"C13", "apply_weights", "native/into", "native/restricted", 1.05, above},
        RatioClaim{"C14", "growth", "native/push", "native/reserve", 1.05, above},
        RatioClaim{"C15", "slice_view", "native/owned", "native/span", 1.05, above},
        RatioClaim{"C16", "move_clone", "native/clone", "native/move", 1.05, above},
        RatioClaim{"C17", "boxed", "python/builtin", "native/unique_ptr", 2, below},
        RatioClaim{"C18", "boxed", "native/shared_atomic", "native/shared_borrowed", 1.05, above},
        RatioClaim{"C19", "tokenize", "native/owned", "native/borrowed", 1.05, above},
        RatioClaim{"C20", "slice_view", "native/owned", "native/span", 1.05, above},
        RatioClaim{"C30", "cold_start", "python/bare", "native/native", 2, above},
        RatioClaim{"C32", "custom_op", "python/numpy_out", "native/fused_simd", 1.25, above}),
    [](const auto& param_info) { return std::string(param_info.param.id); });

INSTANTIATE_TEST_SUITE_P(
    InRust, RatioClaims,
    ::testing::Values(
        RatioClaim{"C06", "sum", "python/loop", "rust/strict", 24, above, 1024},
        RatioClaim{"C08", "sum", "rust/strict", "rust/reassociated", 1.5, below, 1024},
        RatioClaim{"C09", "sum", "rust/reassociated", "rust/simd", 1.25, below, 1024, 16384},
        RatioClaim{"C12", "apply_weights", "rust/checked", "rust/zipped", 1.05, above},
        RatioClaim{"C13", "apply_weights", "rust/may_alias", "rust/zipped", 1.05, above},
        RatioClaim{"C14", "growth", "rust/push", "rust/reserve", 1.05, above},
        RatioClaim{"C15", "slice_view", "rust/owned", "rust/span", 1.05, above},
        RatioClaim{"C16", "move_clone", "rust/clone", "rust/move", 1.05, above},
        RatioClaim{"C17", "boxed", "python/builtin", "rust/box", 2, below},
        RatioClaim{"C18", "boxed", "rust/arc_cloned", "rust/arc_borrowed", 1.05, above},
        RatioClaim{"C19", "tokenize", "rust/owned", "rust/borrowed", 1.05, above},
        RatioClaim{"C20", "slice_view", "rust/owned", "rust/span", 1.05, above},
        RatioClaim{"C30", "cold_start", "python/bare", "rust/native", 2, above},
        RatioClaim{"C32", "custom_op", "python/numpy_out", "rust/fused_simd", 1.25, above}),
    [](const auto& param_info) { return std::string(param_info.param.id); });

TEST(RatioClaim, WhatIsToldBesideIsOfTheLargestSizeAndDecidesNothing) {
  const Decision decision =
      decide("C06", contrast("sum", "python/loop", "native/strict", {{1024, 30}, {4096, 30}}) +
                        contrast("sum", "python/builtin", "native/none", {{1024, 3}, {4096, 5}}));
  EXPECT_EQ(decision.outcome, Outcome::holds);
  const auto told = test::beside(decision);
  ASSERT_THAT(told, SizeIs(1));
  EXPECT_EQ(told[0].what, "python/builtin over native/strict");
  EXPECT_EQ(told[0].n, 4096U);
  EXPECT_DOUBLE_EQ(told[0].value.value, 5);
}

TEST(C06, SaysThatTimesStandInForOperations) {
  const SummaryRows rows = contrast("sum", "python/loop", "native/strict", {{1024, 30}});
  EXPECT_EQ(verdict_of(decide("C06", rows)), "holds (by time: operations are not counted)");
  EXPECT_THAT(test::claim("C06").rule, HasSubstr("Times stand in for operations"));
  EXPECT_EQ(verdict_of(decide("C06", {})), "not measured here");
}

// C06 would hold on these rows.
SummaryRows slow_loop() { return contrast("sum", "python/loop", "native/strict", {{1024, 30}}); }

TEST(Evidence, RowsThatFailedOrWereNotVerifiedAreNone) {
  ASSERT_EQ(outcome("C06", slow_loop()), Outcome::holds);
  for (const std::size_t which : {std::size_t{0}, std::size_t{1}}) {
    SummaryRows failed = slow_loop(), wrong = slow_loop(), unverified = slow_loop();
    failed[which].status = Status::timeout;
    wrong[which].verified = false;
    unverified[which].verified.reset();
    for (const SummaryRows& rows : {failed, wrong, unverified}) {
      EXPECT_EQ(outcome("C06", rows), Outcome::not_measured);
    }
  }
}

TEST(Evidence, RowsOfFurtherEnginesAreNone) {
  SummaryRows rows = slow_loop();
  rows[0].cell.variant = test::variant("python@3.13/loop");
  EXPECT_EQ(outcome("C06", rows), Outcome::not_measured);
  EXPECT_EQ(outcome("C06", rows + slow_loop()), Outcome::holds);
}

TEST(Evidence, RowsOfSeveralThreadsAreNoneForClaimsOnOne) {
  SummaryRows rows = slow_loop();
  for (SummaryRow& row : rows) row.cell.threads = 2;
  EXPECT_EQ(outcome("C06", rows), Outcome::not_measured);
}

}  // namespace
}  // namespace gapmeter
