// Whether a second run bears out a first one, from made-up rows of both.
#include "harness/claims/reproduction.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <stdexcept>

#include "harness/tests/unit/support/evidence_rows.h"

namespace gapmeter {
namespace {

using test::contrast;
using test::gap_row;
using test::Level;
using test::rounds_around;
using test::row_of;
using test::SummaryRows;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

Reproduction compared(const SummaryRows& reference, const SummaryRows& here) {
  return compare_with_reference(reference, {}, here, {});
}

// C14: that push takes more than 1.05 times as long as push after reserve.
SummaryRows pushes(const std::vector<Level>& levels) {
  return contrast("growth", "native/push", "native/reserve", levels);
}

ReproducedClaim c14(const Reproduction& reproduction) { return reproduction.claims.at(13); }

Agreement agreement(const std::vector<Level>& reference, const std::vector<Level>& here) {
  const ReproducedClaim claim = c14(compared(pushes(reference), pushes(here)));
  EXPECT_EQ(claim.id, "C14");
  return claim.agreement;
}

TEST(MissingHere, AreVariantsThatWereSkippedOrAreUnknown) {
  SummaryRows reference = pushes({{16, 2}, {64, 2}});
  SummaryRows here{reference[0]};
  here[0].status = Status::skipped;
  here[0].reason = "built without it";
  for (SummaryRow& row : reference) row.status = Status::ok;
  const auto missing = missing_here(reference, here);
  ASSERT_THAT(missing, SizeIs(2)) << "one of each, whatever the sizes";
  EXPECT_EQ(missing[0].kernel, "growth");
  EXPECT_EQ(missing[0].variant, to_string(here[0].cell.variant));
  EXPECT_EQ(missing[0].reason, "built without it");
  EXPECT_THAT(missing[1].reason, HasSubstr("no such variant"));
}

TEST(MissingHere, AreNoneThatWereMeasuredOrFailedOrWereNotWanted) {
  const SummaryRows reference = pushes({{16, 2}});
  EXPECT_THAT(missing_here(reference, reference), IsEmpty());
  SummaryRows failed = reference;
  failed[0].status = Status::error;
  EXPECT_THAT(missing_here(reference, failed), IsEmpty());
  EXPECT_THAT(missing_here(reference, pushes({{64, 2}})), IsEmpty()) << "another size";
}

TEST(ReproducedClaims, AreAllClaimsWithBothVerdicts) {
  const Reproduction reproduction = compared(pushes({{16, 2}}), pushes({{16, 1}}));
  ASSERT_THAT(reproduction.claims, SizeIs(33));
  EXPECT_EQ(c14(reproduction).text, test::claim("C14").text);
  EXPECT_EQ(c14(reproduction).reference, "holds");
  EXPECT_EQ(c14(reproduction).here, "does not hold");
  EXPECT_EQ(reproduction.claims[0].reference, "not measured here");
  EXPECT_EQ(reproduction.claims[0].agreement, Agreement::undecided);
}

TEST(ReproducedClaims, TheSameVerdictIsReproduced) {
  EXPECT_EQ(agreement({{16, 2}}, {{16, 3}}), Agreement::reproduced);
  EXPECT_EQ(agreement({{16, 1}}, {{16, 0.5}}), Agreement::reproduced);
  EXPECT_EQ(agreement({{16, 1}, {64, 2}}, {{16, 1}, {64, 3}}), Agreement::reproduced);
}

TEST(ReproducedClaims, AnotherSizeIsAShift) {
  EXPECT_EQ(agreement({{16, 1}, {64, 2}, {256, 2}}, {{16, 1}, {64, 1}, {256, 2}}),
            Agreement::shifted);
  EXPECT_EQ(agreement({{16, 1}, {64, 2}}, {{16, 2}, {64, 2}}), Agreement::shifted);
  EXPECT_EQ(agreement({{16, 1}, {64, 2}}, {{16, 1}, {64, 1}}), Agreement::shifted);
}

TEST(ReproducedClaims, TheOppositeIsAContradiction) {
  EXPECT_EQ(agreement({{16, 2}}, {{16, 1}}), Agreement::contradicted);
  EXPECT_EQ(agreement({{16, 1}}, {{16, 2}}), Agreement::contradicted);
}

TEST(ReproducedClaims, FromASizeIsTheOppositeOfUpToOne) {
  EXPECT_EQ(agreement({{16, 1}, {64, 2}}, {{16, 2}, {64, 1}}), Agreement::contradicted);
  EXPECT_EQ(agreement({{16, 2}, {64, 1}}, {{16, 1}, {64, 2}}), Agreement::contradicted);
}

TEST(ReproducedClaims, AreUndecidedWhereEitherRunDoesNotTell) {
  EXPECT_EQ(agreement({{16, 2}}, {{16, 1.05, 0.2}}), Agreement::undecided);
  EXPECT_EQ(agreement({{16, 1.05, 0.2}}, {{16, 2}}), Agreement::undecided);
  SummaryRows failed = pushes({{16, 2}});
  failed[0].status = Status::error;
  EXPECT_EQ(c14(compared(pushes({{16, 2}}), failed)).agreement, Agreement::undecided);
}

TEST(CompareWithReference, CutsTheReferenceDownToWhatWasMeasuredHere) {
  // The reference holds from 64 on; of its sizes only 16 was measured again.
  const Reproduction reproduction =
      compared(pushes({{16, 1}, {64, 2}, {256, 2}}), pushes({{16, 1}}));
  EXPECT_EQ(c14(reproduction).reference, "does not hold");
  EXPECT_EQ(c14(reproduction).agreement, Agreement::reproduced);
}

TEST(CompareWithReference, RefusesRunsWithoutACommonCell) {
  EXPECT_THAT(test::message_of<std::invalid_argument>([] {
                compared(pushes({{16, 2}}), pushes({{64, 2}}));
              }),
              HasSubstr("no cell in common"));
  SummaryRows threaded = pushes({{16, 2}});
  for (SummaryRow& row : threaded) row.cell.threads = 2;
  EXPECT_THROW(compared(pushes({{16, 2}}), threaded), std::invalid_argument);
  EXPECT_THROW(compared({}, pushes({{16, 2}})), std::invalid_argument);
}

TEST(CompareWithReference, EachRunHasItsOwnBaselines) {
  const RunContext of_loop{.baselines = {{"sum", test::variant("python/loop")}}};
  const SummaryRows rows = contrast("sum", "python/loop", "native/simd", {{16, 10}, {64, 20}});
  const auto c21 = [&](const RunContext& reference, const RunContext& here) {
    return compare_with_reference(rows, reference, rows, here).claims.at(20);
  };
  EXPECT_EQ(c21(of_loop, {}).reference, "holds");
  EXPECT_EQ(c21(of_loop, {}).here, "not measured here");
  EXPECT_EQ(c21({}, of_loop).reference, "not measured here");
}

// Gaps of one variant at the sizes 16, 64, 256, …
SummaryRows gaps(const std::vector<double>& values, double spread = 0) {
  SummaryRows rows;
  std::size_t n = 16;
  for (const double gap : values) {
    rows.push_back(gap_row("sum", "python/loop", n, gap, spread));
    n *= 4;
  }
  return rows;
}

ReproducedGap reproduced(const SummaryRows& reference, const SummaryRows& here) {
  const Reproduction reproduction = compared(reference, here);
  EXPECT_THAT(reproduction.gaps, SizeIs(1));
  return reproduction.gaps.empty() ? ReproducedGap{} : reproduction.gaps[0];
}

TEST(ReproducedGaps, TellBothGapsAtTheLargestCommonSizeAndBothExponents) {
  const ReproducedGap gap = reproduced(gaps({4, 8, 16, 32, 64, 99}), gaps({5, 20, 80, 320, 1280}));
  EXPECT_EQ(gap.kernel, "sum");
  EXPECT_EQ(gap.variant, "python/loop");
  EXPECT_EQ(gap.sizes, 5);
  EXPECT_EQ(gap.reference_gap, 64);
  EXPECT_EQ(gap.gap, 1280);
  EXPECT_NEAR(gap.reference_exponent.value(), 0.5, 1e-12);
  EXPECT_NEAR(gap.exponent.value(), 1, 1e-12);
}

TEST(ReproducedGaps, OfFewSizesOrOffTheLineHaveNoExponentAndYetGrow) {
  for (const SummaryRows& rows : {gaps({4, 8, 16, 32}), gaps({4, 4, 4, 64, 64})}) {
    const ReproducedGap gap = reproduced(rows, rows);
    EXPECT_EQ(gap.reference_exponent, std::nullopt);
    EXPECT_EQ(gap.exponent, std::nullopt);
    EXPECT_EQ(gap.growth, Agreement::reproduced);
  }
}

TEST(ReproducedGaps, AreOfEachNumberOfThreads) {
  SummaryRows rows = gaps({4, 4});
  rows[1].cell.n = 16;
  rows[1].cell.threads = 2;
  const Reproduction reproduction = compared(rows, rows);
  ASSERT_THAT(reproduction.gaps, SizeIs(2));
  EXPECT_EQ(reproduction.gaps[0].threads, 1);
  EXPECT_EQ(reproduction.gaps[1].threads, 2);
}

TEST(ReproducedGaps, OfOneSizeHaveNoExponent) {
  const ReproducedGap gap = reproduced(gaps({4}), gaps({5}));
  EXPECT_EQ(gap.reference_exponent, std::nullopt);
  EXPECT_EQ(gap.exponent, std::nullopt);
  EXPECT_EQ(gap.growth, Agreement::undecided);
}

TEST(ReproducedGaps, AreOfCellsThatHaveOneInBothRuns) {
  SummaryRows without = gaps({4, 8});
  without[1].gap.reset();
  EXPECT_EQ(reproduced(gaps({4, 8}), without).sizes, 1);
  EXPECT_EQ(reproduced(without, gaps({4, 8})).sizes, 1);
  EXPECT_THAT(compared(pushes({{16, 2}}), pushes({{16, 2}})).gaps, IsEmpty());
}

Agreement side(const SummaryRows& reference, const SummaryRows& here) {
  return reproduced(reference, here).side;
}

TEST(ReproducedSide, IsReproducedWhereTheSameLanguageIsFaster) {
  EXPECT_EQ(side(gaps({4, 8}), gaps({100, 2})), Agreement::reproduced);
  EXPECT_EQ(side(gaps({0.5}), gaps({0.1})), Agreement::reproduced);
  EXPECT_EQ(side(gaps({4, 1}), gaps({4, 8})), Agreement::reproduced) << "one size may not tell";
}

TEST(ReproducedSide, IsContradictedByASingleSize) {
  EXPECT_EQ(side(gaps({4, 8, 16}), gaps({4, 0.5, 16})), Agreement::contradicted);
  EXPECT_EQ(side(gaps({0.8}), gaps({1.2})), Agreement::contradicted);
}

TEST(ReproducedSide, IsUndecidedWithinATenthOfParityOrWithoutAnInterval) {
  EXPECT_EQ(side(gaps({4}), gaps({1.09})), Agreement::undecided);
  EXPECT_EQ(side(gaps({4}), gaps({0.92})), Agreement::undecided);
  EXPECT_EQ(side(gaps({1.09}), gaps({0.5})), Agreement::undecided);
  SummaryRows unsure = gaps({4});
  unsure[0].gap_ci.reset();
  EXPECT_EQ(side(gaps({4}), unsure), Agreement::undecided);
}

Agreement growth(const SummaryRows& reference, const SummaryRows& here) {
  return reproduced(reference, here).growth;
}

TEST(ReproducedGrowth, IsReproducedWhereBothWidenShrinkOrStay) {
  EXPECT_EQ(growth(gaps({4, 8}), gaps({4, 64})), Agreement::reproduced);
  EXPECT_EQ(growth(gaps({8, 4}), gaps({64, 4})), Agreement::reproduced);
  EXPECT_EQ(growth(gaps({8, 8}), gaps({4, 4.1})), Agreement::reproduced);
}

TEST(ReproducedGrowth, IsContradictedWhereOneWidensAndOneShrinks) {
  EXPECT_EQ(growth(gaps({4, 8}), gaps({8, 4})), Agreement::contradicted);
  EXPECT_EQ(growth(gaps({8, 4}), gaps({4, 8})), Agreement::contradicted);
}

TEST(ReproducedGrowth, IsShiftedWhereOneStays) {
  EXPECT_EQ(growth(gaps({4, 8}), gaps({4, 4})), Agreement::shifted);
  EXPECT_EQ(growth(gaps({4, 4}), gaps({8, 4})), Agreement::shifted);
}

TEST(ReproducedGrowth, IsThatFromEndToEnd) {
  EXPECT_EQ(growth(gaps({4, 64, 4}), gaps({4, 4, 4})), Agreement::reproduced);
}

TEST(ReproducedGrowth, IsUndecidedWhereNoiseHidesIt) {
  // Half either way over a factor of 4 in n is 0.3 of an exponent.
  SummaryRows noisy = gaps({4, 4});
  noisy[1] = gap_row("sum", "python/loop", 64, 4, 0.5);
  EXPECT_EQ(growth(gaps({4, 8}), noisy), Agreement::undecided);
  EXPECT_EQ(growth(noisy, gaps({4, 8})), Agreement::undecided);
}

Agreement magnitude(const SummaryRows& reference, const SummaryRows& here) {
  return reproduced(reference, here).magnitude;
}

TEST(ReproducedMagnitude, IsReproducedWithinAFactorOfTwo) {
  EXPECT_EQ(magnitude(gaps({4}), gaps({7.9})), Agreement::reproduced);
  EXPECT_EQ(magnitude(gaps({4}), gaps({2.1})), Agreement::reproduced);
}

TEST(ReproducedMagnitude, IsShiftedBeyondIt) {
  EXPECT_EQ(magnitude(gaps({4}), gaps({8.1})), Agreement::shifted);
  EXPECT_EQ(magnitude(gaps({4}), gaps({1.9})), Agreement::shifted);
}

TEST(ReproducedMagnitude, IsThatOfTheMiddleSize) {
  EXPECT_EQ(magnitude(gaps({4, 4, 4}), gaps({4, 4, 400})), Agreement::reproduced);
  EXPECT_EQ(magnitude(gaps({4, 4, 4}), gaps({4, 400, 400})), Agreement::shifted);
}

TEST(ReproducedMagnitude, ContradictsNothing) {
  EXPECT_EQ(exit_status(compared(gaps({4, 4}), gaps({400, 400}))), 0);
}

ReproducedClaim with(Agreement agreement, std::string reference = "holds") {
  return {.id = "C01",
          .text = "Some claim.",
          .reference = std::move(reference),
          .here = "",
          .agreement = agreement};
}

int status(std::vector<ReproducedClaim> claims, std::vector<ReproducedGap> gaps = {}) {
  return exit_status({.claims = std::move(claims), .gaps = std::move(gaps)});
}

TEST(ReproductionStatus, Is0WhereNothingContradicts) {
  EXPECT_EQ(status({with(Agreement::reproduced), with(Agreement::shifted)},
                   {{.kernel = "sum",
                     .variant = "python/loop",
                     .side = Agreement::reproduced,
                     .growth = Agreement::shifted,
                     .magnitude = Agreement::shifted}}),
            0);
}

TEST(ReproductionStatus, Is1WhereAnythingDoes) {
  EXPECT_EQ(status({with(Agreement::reproduced), with(Agreement::contradicted)}), 1);
  EXPECT_EQ(status({with(Agreement::reproduced)},
                   {{.kernel = "sum", .variant = "python/loop", .side = Agreement::contradicted}}),
            1);
  EXPECT_EQ(
      status({with(Agreement::reproduced)},
             {{.kernel = "sum", .variant = "python/loop", .growth = Agreement::contradicted}}),
      1);
}

TEST(ReproductionStatus, Is3WhereFewerThanHalfOfTheDecidedClaimsWereDecidedHere) {
  EXPECT_EQ(
      status({with(Agreement::undecided), with(Agreement::undecided), with(Agreement::reproduced)}),
      3);
  EXPECT_EQ(status({with(Agreement::undecided), with(Agreement::shifted)}), 0) << "half are enough";
}

TEST(ReproductionStatus, WhatTheReferenceLeftOpenDoesNotCount) {
  EXPECT_EQ(status({with(Agreement::undecided, "open"), with(Agreement::undecided, "open"),
                    with(Agreement::undecided, "not measured here"), with(Agreement::reproduced)}),
            0);
}

TEST(ReproductionStatus, Is3WhereNothingTellsAnything) {
  EXPECT_EQ(status({}), 3);
  EXPECT_EQ(
      status({with(Agreement::undecided, "open")}, {{.kernel = "sum", .variant = "python/loop"}}),
      3);
  EXPECT_EQ(
      status({}, {{.kernel = "sum", .variant = "python/loop", .side = Agreement::reproduced}}), 0)
      << "a gap tells as much as a claim";
}

TEST(ReproductionStatus, AContradictionOutweighsWhatIsOpen) {
  EXPECT_EQ(status({with(Agreement::undecided), with(Agreement::undecided),
                    with(Agreement::contradicted)}),
            1);
}

TEST(NameOfAgreement, IsAWordForEach) {
  EXPECT_EQ(name_of(Agreement::reproduced), "reproduced");
  EXPECT_EQ(name_of(Agreement::shifted), "shifted");
  EXPECT_EQ(name_of(Agreement::contradicted), "contradicted");
  EXPECT_EQ(name_of(Agreement::undecided), "undecided");
}

}  // namespace
}  // namespace gapmeter
